import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { expect, test } from "vitest";
import { collectResults } from "../../../src/app/collect/collect.ts";
import { listResultFiles } from "../../../src/rounds/result-files.ts";
import { createLayout } from "../../../src/workspace/layout.ts";
import { builtProgram } from "../../../src/workspace/package.ts";
import { listTree, makeTestFolder } from "../../support/folder.ts";
import { chanceFor, IS_LONG, printSeed } from "../../support/interruptions/chance.ts";
import {
  runInterrupted,
  type InterruptedEnd,
  type Interruption,
} from "../../support/interruptions/interrupt.ts";
import { leaveResults, makePackedStudy, STUDY, upTo } from "../../support/packed-study.ts";
import { recordEffects } from "../../support/prepare.ts";
import { readContent } from "../../support/study-database.ts";

const KILL = join(import.meta.dirname, "../../support/interruptions/kill-at-write.cjs");

/** Processes at a time: most of the time they wait. */
const SIDE_BY_SIDE = 3;

/** Runs `collect` with an option, in a workspace. */
function collect(
  workspace: string,
  option: string,
  env: Readonly<Record<string, string>> = {},
  interruption: Interruption | null = null,
): Promise<InterruptedEnd> {
  const study = join(workspace, "study.yaml");
  const argv = [process.execPath, builtProgram("main.js"), "collect", study, option];
  const all = { ...process.env, BSWEEP_WORKSPACE: workspace, ...env };
  return runInterrupted(
    argv.filter((each) => each !== ""),
    all,
    interruption,
  );
}

/** Every result that a reader finds, by name, as it is read. */
function readAll(workspace: string): Map<string, string> {
  const { files, unreadable } = listResultFiles(createLayout(workspace).studyResults(STUDY));
  expect(unreadable).toEqual([]);
  return new Map(files.map((file) => [file.file, file.readNow()]));
}

const roundFolder = (workspace: string): string => createLayout(workspace).roundResults(STUDY, 1);

/** Kills `collect --pack` or `--unpack` before each of its writes, in a copy of the workspace; it is run again then. */
async function killAtEachWrite(template: string, option: "--pack" | "--unpack"): Promise<number> {
  const results = readAll(template);
  const copy = (name: string): string => {
    const workspace = join(makeTestFolder(), name);
    cpSync(template, workspace, { recursive: true });
    return workspace;
  };
  const counted = copy("counted");
  const note = join(counted, "count");
  const env = { NODE_OPTIONS: `--require ${KILL}` };
  const whole = { ...env, KILL_WITHIN: roundFolder(counted), KILL_NOTE: note };
  expect(await collect(counted, option, whole)).toMatchObject({ status: 0 });
  const end = listTree(roundFolder(counted));
  const writes = Number(readFileSync(note, "utf8"));
  const killAt = async (at: number): Promise<void> => {
    const workspace = copy("killed");
    const kill = { ...env, KILL_WITHIN: roundFolder(workspace), KILL_AT: String(at) };
    expect(await collect(workspace, option, kill)).toMatchObject({ signal: "SIGKILL" });
    expect(readAll(workspace)).toEqual(results);
    expect(await collect(workspace, option)).toMatchObject({ status: 0 });
    expect(readAll(workspace)).toEqual(results);
    expect(listTree(roundFolder(workspace))).toEqual(end);
  };
  await pLimit(SIDE_BY_SIDE).map(upTo(writes), (at) => killAt(at + 1));
  return writes;
}

test.each(["--pack", "--unpack"] as const)(
  "%s, killed before each of its writes, loses nothing, and goes on",
  async (option) => {
    const study = makePackedStudy(IS_LONG ? 45 : 2);
    leaveResults(study.planned, upTo(study.planned.trials.length));
    await study.collect();
    if (option === "--unpack") await study.pack();
    const writes = await killAtEachWrite(study.workspace, option);
    console.log(`killed before ${writes} writes of ${option}`);
    expect(writes).toBeGreaterThan(10);
  },
);

test("a disk that keeps other bytes than were written costs no file", async () => {
  const study = makePackedStudy(20);
  leaveResults(study.planned, upTo(20));
  await study.collect();
  const results = readAll(study.workspace);
  const before = listTree(study.roundFolder);
  const env = { NODE_OPTIONS: `--require ${KILL}`, KILL_WITHIN: study.roundFolder };
  // Two members, the index, the end.
  for (const at of [1, 2, 3, 4]) {
    const { status, stderr } = await collect(study.workspace, "--pack", {
      ...env,
      FLIP_AT: String(at),
    });
    expect([at, status]).toEqual([at, 5]);
    expect(stderr).toMatch(/cannot pack .*: (its member|read back)/);
    expect(listTree(study.roundFolder)).toEqual(before);
    expect(readAll(study.workspace)).toEqual(results);
  }
  expect(await collect(study.workspace, "--pack")).toMatchObject({ status: 0 });
});

test("packed, unpacked and collected at once, and ended at random, while results come: none is lost", async () => {
  printSeed("packing at random");
  const study = makePackedStudy(40);
  leaveResults(study.planned, upTo(40));
  const chance = chanceFor("packing");
  const expected = new Map<string, string>();
  for (const [name, text] of readAll(study.workspace)) expected.set(name, text);
  const rounds = IS_LONG ? 60 : 6;
  let ended = 0;
  const live = async (): Promise<void> => {
    for (let step = 0; step < rounds; step++) {
      const option = chance.pick(["--pack", "--pack", "--unpack", ""]);
      const interruption: Interruption | null = chance.happens(70)
        ? { at: { milliseconds: chance.between(200, 3000) }, signal: "SIGKILL", group: false }
        : null;
      const { status, signal } = await collect(study.workspace, option, {}, interruption);
      // 6: the other way at the same time.
      expect([0, 6, null]).toContain(status);
      if (signal !== null) ended += 1;
    }
  };
  const come = async (): Promise<void> => {
    for (let step = 0; step < rounds; step++) {
      const [path = ""] = leaveResults(study.planned, [step], `late${step}`);
      const text = readFileSync(path, "utf8");
      expected.set(path.slice(path.indexOf("round-001")), text);
      await sleep(chance.between(100, 1500));
    }
  };
  const look = async (): Promise<void> => {
    for (let step = 0; step < 20 * rounds; step++) {
      const found = readAll(study.workspace);
      for (const name of upToNow) expect(found.get(name)).toBe(expected.get(name));
      await sleep(50);
    }
  };
  const upToNow = [...expected.keys()];
  await Promise.all([live(), live(), live(), come(), look()]);
  expect(readAll(study.workspace)).toEqual(expected);
  await collectResults({ study: STUDY, layout: study.layout }, recordEffects());
  const before = readContent(study.database);
  expect(await collect(study.workspace, "--pack")).toMatchObject({ status: 0 });
  expect(readAll(study.workspace)).toEqual(expected);
  rmSync(study.database);
  await collectResults({ study: STUDY, layout: study.layout }, recordEffects());
  expect(readContent(study.database)).toEqual(before);
  console.log(`${ended} of ${3 * rounds} ended`);
});
