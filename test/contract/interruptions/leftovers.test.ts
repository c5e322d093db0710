import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { generateRound } from "../../../src/app/generate.ts";
import { temporaryBeside } from "../../../src/workspace/atomic.ts";
import type { Layout } from "../../../src/workspace/layout.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { deadMark, temporaryOfDead } from "../../support/killed.ts";
import { makeLocalStudy, studyText } from "../../support/local-study.ts";
import { errorOf, recordEffects } from "../../support/prepare.ts";
import { spawnSync } from "../../support/programs.ts";

const status = (studyFile: string, { workspace }: Layout) =>
  runBsweep(["status", studyFile, `--workspace=${workspace}`]);

test("a round that gives way to another is not lost by a kill between two renames", async () => {
  const { layout, studyFile, roundFolder } = await makeLocalStudy(["good", "good"]);
  const fresh = temporaryOfDead(roundFolder);
  cpSync(roundFolder, fresh, { recursive: true });
  renameSync(roundFolder, fresh.replace(/tmp$/, "old"));
  const { stdout, stderr } = await status(studyFile, layout);
  expect(stdout).toContain("s, 2 trials: 2 not submitted");
  expect(stderr).toContain(`${roundFolder} stands again, the new one`);
  expect(readdirSync(layout.studyJobs("s"))).toEqual(["round-001"]);
});

test("what a killed command was making is removed by the next one, which says so", async () => {
  const { layout, studyFile, roundFolder } = await makeLocalStudy(["good"]);
  mkdirSync(join(temporaryOfDead(roundFolder), "logs"), { recursive: true });
  const { stderr } = await status(studyFile, layout);
  expect(stderr).toContain(`removed what killed commands had left in ${layout.studyJobs("s")}: 1`);
  expect(readdirSync(layout.studyJobs("s"))).toEqual(["round-001"]);
});

test("half-written results and checkpoints of killed elements go with the next command, others stay", async () => {
  const { layout, studyFile, resultFolder } = await makeLocalStudy(["good"]);
  const checkpoints = layout.checkpoints("s", "0123456789abcdef");
  for (const folder of [resultFolder, checkpoints]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(temporaryOfDead(join(folder, "one.json")), "{");
  }
  const living = temporaryBeside(join(resultFolder, "two.json"));
  writeFileSync(living, "{");
  const { stderr, exitStatus } = await status(studyFile, layout);
  expect(exitStatus).toBe(0);
  expect(stderr).toContain(
    `removed what killed commands had left in ${layout.studyResults("s")}: 2`,
  );
  expect(readdirSync(resultFolder)).toEqual([basename(living)]);
  expect(readdirSync(checkpoints)).toEqual([]);
});

test("scratch folders of killed elements go with the next element", async () => {
  const { layout, studyFile } = await makeLocalStudy(["good"]);
  const TMPDIR = makeTestFolder();
  const dead = mkdtempSync(join(TMPDIR, `bsweep-1-${deadMark()}-`));
  mkdirSync(join(dead, "inside"));
  mkdirSync(join(TMPDIR, "bsweep-of-mine"));
  const { exitStatus } = await runBsweep(["local", studyFile, `--workspace=${layout.workspace}`], {
    env: { TMPDIR },
  });
  expect(exitStatus).toBe(0);
  expect(readdirSync(TMPDIR)).toEqual(["bsweep-of-mine"]);
});

test.each([
  ["a process that has ended", "ended"],
  ["nobody, since more than a minute,", "nameless"],
])("a lock of %s is none to generate --overwrite", async (_, kind) => {
  const { layout, studyFile, roundFolder } = await makeLocalStudy(["good"]);
  const lock = join(roundFolder, "submit.lock");
  mkdirSync(lock);
  const { pid } = spawnSync("true", []);
  const host = process.env["HOSTNAME"] ?? hostname();
  if (kind === "ended") writeFileSync(join(lock, "owner"), `${host} ${pid} 1 now\n`);
  else utimesSync(lock, 1_700_000_000, 1_700_000_000);
  writeFileSync(studyFile, studyText(2));
  const options = { studyFile, layout, overwrite: true };
  const { written } = await generateRound(options, recordEffects());
  expect(written).toMatchObject({ round: 1, trials: 2 });
  expect(readdirSync(layout.studyJobs("s"))).toEqual(["round-001"]);
});

test("who holds a lock is told to generate --overwrite, and how to break it", async () => {
  const { layout, studyFile, roundFolder } = await makeLocalStudy(["good"]);
  const lock = join(roundFolder, "submit.lock");
  mkdirSync(lock);
  writeFileSync(join(lock, "owner"), "elsewhere 77 1 2026-11-29\u001b[2J\n");
  const generating = generateRound({ studyFile, layout, overwrite: true }, recordEffects());
  const error = await errorOf(generating);
  expect(error.message).toMatch(/at work: process 77 on elsewhere since 2026-11-29\?\[2J$/);
  expect(error.hint).toMatch(/bash .*submit\.sh'? --break-lock$/);
});
