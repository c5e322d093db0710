import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import pLimit from "p-limit";
import { makeTestFolder } from "../../support/folder.ts";
import { chanceFor, IS_LONG, printSeed, type Chance } from "../../support/interruptions/chance.ts";
import {
  noteLines,
  runInterrupted,
  type InterruptedEnd,
  type Interruption,
} from "../../support/interruptions/interrupt.ts";
import type { Fault } from "../../support/lsf/fault.ts";
import { startLsf, type Lsf } from "../../support/lsf/lsf.ts";
import {
  GOOD,
  makeSubmittableRound,
  type SubmittableRound,
} from "../../support/submitted-round.ts";

/** The canary and two arrays. */
const ARRAYS = ["00", "01", "02"] as const;
/** Longest that a request may take, as submit.sh is told. It waits a little longer before it asks again. */
const ASK_SECONDS = 2;
/** Rounds at a time: most of the time they wait. */
const SIDE_BY_SIDE = 4;

let lsf: Lsf;
beforeAll(async () => {
  lsf = await startLsf({ mode: "hold" });
});
afterAll(() => lsf.stop());

/** A round of this test's own in the LSF that all share. */
interface Life {
  readonly nonce: string;
  readonly round: SubmittableRound;
  /** Runs submit.sh, interrupted or not. */
  run(
    interruption: Interruption | null,
    args?: readonly string[],
    extra?: Readonly<Record<string, string>>,
  ): Promise<InterruptedEnd>;
}

async function startLife(number: number): Promise<Life> {
  const nonce = (0xa0000000 + number).toString(16);
  const round = await makeSubmittableRound(lsf, {
    nonce,
    trials: [GOOD, GOOD, GOOD, GOOD],
    cluster: `jobGroup: /me/${nonce}`,
  });
  const environment = lsf.environment({ BSWEEP_ASK_SECONDS: String(ASK_SECONDS) });
  const script = join(round.folder, "submit.sh");
  return {
    ...{ nonce, round },
    run: (interruption, args = [], extra = {}) =>
      runInterrupted(["bash", script, ...args], { ...environment, ...extra }, interruption),
  };
}

/** Runs submit.sh as a person would who does what it says, until everything is submitted. */
async function submitRest(life: Life): Promise<void> {
  let args: readonly string[] = [];
  for (let attempt = 1; attempt <= 12; attempt++) {
    const { status, stdout, stderr } = await life.run(null, args);
    if (status === 0) return;
    if (status !== 4 && status !== 6) throw new Error(`status ${status}: ${stdout}\n${stderr}`);
    args = stderr.includes("--break-lock") ? ["--break-lock"] : [];
  }
  throw new Error(`submit.sh of ${life.nonce} never ends well`);
}

/** One job of each name, and its id written down; nothing half-done is left. */
async function expectOnce({ nonce, round }: Life): Promise<void> {
  const jobs = (await lsf.jobs()).filter(({ name }) => name.endsWith(nonce));
  const recorded = ARRAYS.map((array) => [
    `s-r001-a${array}-${nonce}`,
    round.readRecord(`array-${array}.job`),
  ]);
  expect(jobs.map(({ name, id }) => [name, String(id)]).sort()).toEqual(recorded);
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
    const own = IS_LONG ? lines : lines.filter((_, place) => place % 3 === 0);
    const limit = pLimit(SIDE_BY_SIDE);
    const lanes = Array.from({ length: SIDE_BY_SIDE }, (_, lane) =>
      own.filter((__, place) => place % SIDE_BY_SIDE === lane),
    );
    const interrupted = await Promise.all(
      lanes.map((lane, number) => limit(() => killAtLines(lane, 1000 * number))),
    );
    console.log(`killed at ${interrupted.flat().length} of ${lines.length} lines`);
    expect(interrupted.flat().sort()).toEqual([...own].sort());
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

/** The lines of which one run of submit.sh executes something. */
async function listLines(): Promise<number[]> {
  const life = await startLife(0xfff);
  const note = join(makeTestFolder(), "lines");
  expect(await life.run(null, [], noteLines(note))).toMatchObject({ status: 0, stderr: "" });
  await expectOnce(life);
  const lines = readFileSync(note, "utf8").trimEnd().split("\n").map(Number);
  return [...new Set(lines)];
}

/** Kills one round's submit.sh at line after line; with a new round where the line is not reached any more. */
async function killAtLines(lines: readonly number[], number: number): Promise<number[]> {
  const killed: number[] = [];
  let life = await startLife(number);
  for (const line of lines) {
    for (const isNew of [false, true]) {
      if (isNew) {
        await submitRest(life);
        await expectOnce(life);
        life = await startLife(++number);
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
  const life = await startLife(0x100000 + number);
  const interruptions = chance.between(1, 4);
  for (let step = 0; step < interruptions; step++) {
    if (chance.happens(60)) await lsf.inject(drawFault(chance, life.nonce));
    const hasLock = existsSync(join(life.round.folder, "submit.lock"));
    const args = hasLock || chance.happens(20) ? ["--break-lock"] : [];
    const runs = [life.run(drawInterruption(chance), args)];
    if (chance.happens(30)) runs.push(runSecond(chance, life));
    await Promise.all(runs);
  }
  await submitRest(life);
  await expectOnce(life);
  return interruptions;
}

/** Somebody else at the same time, here or on another login node, who may hold the first one for dead. */
async function runSecond(chance: Chance, life: Life): Promise<InterruptedEnd> {
  await new Promise((resolve) => setTimeout(resolve, chance.between(0, 1500)));
  const args = chance.happens(50) ? ["--break-lock"] : [];
  const host = chance.happens(50) ? { HOSTNAME: "login-2" } : {};
  return life.run(chance.happens(30) ? drawInterruption(chance) : null, args, host);
}

function drawInterruption(chance: Chance): Interruption {
  return {
    at: chance.happens(70)
      ? { command: chance.between(1, 320) }
      : { milliseconds: chance.between(0, 4000) },
    signal: chance.pick(["SIGKILL", "SIGKILL", "SIGTERM", "SIGINT"]),
    group: chance.happens(30),
  };
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
