import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import pLimit from "p-limit";
import { until } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { chanceFor, IS_LONG, printSeed, type Chance } from "../../support/interruptions/chance.ts";
import { noteLines } from "../../support/interruptions/interrupt.ts";
import {
  ARRAYS,
  interruptAtRandom,
  startLife,
  submitRest,
  type Life,
} from "../../support/interruptions/submitter.ts";
import type { Fault } from "../../support/lsf/fault.ts";
import { startLsf, type Lsf } from "../../support/lsf/lsf.ts";

/** Rounds at a time: most of the time they wait. */
const SIDE_BY_SIDE = 4;

let lsf: Lsf;
beforeAll(async () => {
  lsf = await startLsf({ mode: "hold" });
});
afterAll(() => lsf.stop());

/** One job of each name, and its id written down; nothing half-done is left. */
async function expectOnce(life: Life): Promise<void> {
  const { nonce, round } = life;
  const jobs = (await lsf.jobs()).filter(({ name }) => name.endsWith(nonce));
  expect(jobs.map(({ name, id }) => [name, String(id)]).sort()).toEqual(life.recorded());
  expect(existsSync(join(round.folder, "submit.lock"))).toBe(false);
  const groups = await lsf.groups();
  expect(groups.filter(({ name }) => name === `/me/${nonce}`)).toEqual([
    { name: `/me/${nonce}`, limit: 2 },
  ]);
}

describe("submit.sh", () => {
  test("killed at every line that it runs, and run again, submits everything once", async () => {
    const lines = await listLines();
    expect(lines.length).toBeGreaterThan(80);
    const limit = pLimit(SIDE_BY_SIDE);
    const lanes = Array.from({ length: SIDE_BY_SIDE }, (_, lane) =>
      lines.filter((__, place) => place % SIDE_BY_SIDE === lane),
    );
    const interrupted = await Promise.all(
      lanes.map((lane, number) => limit(() => killAtLines(lane, 1000 * number))),
    );
    console.log(`killed at ${interrupted.flat().length} lines`);
    expect(interrupted.flat().sort()).toEqual([...lines].sort());
  });

  test("killed while bsub goes on, and run again at once, waits for what bsub may still do", async () => {
    const life = await startLife(lsf, "lsf", 0xffe);
    await lsf.inject({ kind: "slow", command: "bsub", match: `a01-${life.nonce}`, seconds: 1.5 });
    const before = await countAsking();
    const run = life.run(null);
    // The canary's bsub is answered; the array's has asked, and its answer is 1.5 s away.
    await lsf.until((jobs) => jobs.some(({ name }) => name === `s-r001-a00-${life.nonce}`));
    await until(() => existsSync(join(life.round.folder, "submitted", "array-01.intent")));
    while ((await countAsking()) === before) await sleep(20);
    process.kill(Number(readOwner(life)[1]), "SIGKILL");
    expect(await run).toMatchObject({ signal: "SIGKILL" });
    expect((await lsf.jobs()).filter(({ name }) => name.endsWith(life.nonce))).toHaveLength(1);
    // Long, so that a busy machine comes to the second run while bsub may still be asking.
    const again = await life.run(null, ["--break-lock"], { BSWEEP_ASK_SECONDS: "6" });
    expect(again.stdout).toContain("waiting until nobody can be asking any more");
    expect(again.stdout).toContain("array-01: found as job");
    await expectOnce(life);
  });

  test("ended at random, with faults and second submitters, submits everything once", async () => {
    printSeed("submit.sh at random");
    const lives = IS_LONG ? 80 : 12;
    const limit = pLimit(SIDE_BY_SIDE);
    const counts = await Promise.all(
      Array.from({ length: lives }, (_, number) => limit(() => liveAtRandom(number + 1))),
    );
    console.log(`${lives} rounds, ${counts.reduce((sum, count) => sum + count, 0)} interruptions`);
  });
});

/** How many bsub have asked and are not answered, or never will be. */
async function countAsking(): Promise<number> {
  const calls = await lsf.calls();
  return calls.filter(({ command, status }) => command === "bsub" && status === null).length;
}

/** Of the lock: host, process ... */
function readOwner({ round }: Life): string[] {
  return readFileSync(join(round.folder, "submit.lock", "owner"), "utf8").split(" ");
}

/** The lines of which one run of submit.sh executes something. */
async function listLines(): Promise<number[]> {
  const life = await startLife(lsf, "lsf", 0xfff);
  const note = join(makeTestFolder(), "lines");
  expect(await life.run(null, [], noteLines(note))).toMatchObject({ status: 0, stderr: "" });
  await expectOnce(life);
  const lines = readFileSync(note, "utf8").trimEnd().split("\n").map(Number);
  return [...new Set(lines)];
}

/** Kills one round's submit.sh at line after line; with a new round where the line is not reached any more. */
async function killAtLines(lines: readonly number[], number: number): Promise<number[]> {
  const killed: number[] = [];
  let life = await startLife(lsf, "lsf", number);
  for (const line of lines) {
    for (const isNew of [false, true]) {
      if (isNew) {
        await submitRest(life);
        await expectOnce(life);
        life = await startLife(lsf, "lsf", ++number);
      }
      const interruption = { at: { line }, signal: "SIGKILL", group: false } as const;
      const args = existsSync(join(life.round.folder, "submit.lock")) ? ["--break-lock"] : [];
      const { signal } = await life.run(interruption, args);
      if (signal !== "SIGKILL") continue;
      killed.push(line);
      break;
    }
  }
  await submitRest(life);
  await expectOnce(life);
  return killed;
}

/** @returns how often submit.sh was interrupted */
async function liveAtRandom(number: number): Promise<number> {
  const chance = chanceFor(`submit ${number}`);
  const life = await startLife(lsf, "lsf", 0x100000 + number);
  const interruptions = await interruptAtRandom(life, chance, () =>
    lsf.inject(drawFault(chance, life.nonce)),
  );
  await submitRest(life);
  await expectOnce(life);
  return interruptions;
}

/** What goes wrong with the scheduler, for this round alone. */
function drawFault(chance: Chance, nonce: string): Fault {
  const array = chance.pick(ARRAYS);
  const match = `a${array}-${nonce}`;
  return chance.pick<Fault>([
    { kind: "killed-before", command: "bsub", match },
    { kind: "killed-after", command: "bsub", match },
    { kind: "silent", command: "bsub", match },
    { kind: "answer-lost", command: "bsub", match },
    { kind: "garbage", command: "bsub", match },
    { kind: "busy", command: "bsub", match },
    { kind: "slow", command: "bsub", match, seconds: chance.between(2, 16) / 10 },
    { kind: "refused", command: "bsub", match, text: "x: No such queue. Job not submitted." },
    { kind: "garbage", command: "bjobs", match },
    { kind: "answer-lost", command: "bjobs", match },
    { kind: "killed-before", command: "bjobs", match },
    { kind: "garbage", command: "bgadd", match: `/me/${nonce}` },
    { kind: "killed-after", command: "bgadd", match: `/me/${nonce}` },
  ]);
}
