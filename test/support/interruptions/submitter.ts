import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GOOD, makeSubmittableRound, type SubmittableRound } from "../submitted-round.ts";
import type { Chance } from "./chance.ts";
import { runInterrupted, type InterruptedEnd, type Interruption } from "./interrupt.ts";

/** Longest that a request may take, as submit.sh is told. It waits a little longer before it asks again. */
const ASK_SECONDS = 2;
/** The canary and two arrays. */
export const ARRAYS = ["00", "01", "02"] as const;

/** Where submit.sh finds a scheduler. */
export interface Submissions {
  readonly environment: (extra?: Readonly<Record<string, string>>) => NodeJS.ProcessEnv;
}

/** A round that is submitted again and again, until everything is. */
export interface Life {
  readonly nonce: string;
  readonly round: SubmittableRound;
  /** Runs submit.sh, interrupted or not. */
  run(
    interruption: Interruption | null,
    args?: readonly string[],
    extra?: Readonly<Record<string, string>>,
  ): Promise<InterruptedEnd>;
  /** Job names and the ids that are written down, in order. */
  recorded(): readonly (readonly [name: string, id: string])[];
}

/** @param number tells rounds apart that share a scheduler, up to 2^24 */
export async function startLife(
  submissions: Submissions,
  scheduler: "lsf" | "slurm",
  number: number,
): Promise<Life> {
  const nonce = (0xa0000000 + number).toString(16);
  const round = await makeSubmittableRound(submissions, {
    ...{ nonce, scheduler },
    trials: [GOOD, GOOD, GOOD, GOOD],
    cluster: `jobGroup: /me/${nonce}`,
  });
  const environment = submissions.environment({ BSWEEP_ASK_SECONDS: String(ASK_SECONDS) });
  const script = join(round.folder, "submit.sh");
  return {
    ...{ nonce, round },
    run: (interruption, args = [], extra = {}) =>
      runInterrupted(["bash", script, ...args], { ...environment, ...extra }, interruption),
    recorded: () =>
      ARRAYS.map((array) => [`s-r001-a${array}-${nonce}`, round.readRecord(`array-${array}.job`)]),
  };
}

/** Runs submit.sh as a person would who does what it says, until everything is submitted. */
export async function submitRest(life: Life): Promise<void> {
  let args: readonly string[] = [];
  for (let attempt = 1; attempt <= 12; attempt++) {
    const { status, stdout, stderr } = await life.run(null, args);
    if (status === 0) return;
    if (status !== 4 && status !== 6) throw new Error(`status ${status}: ${stdout}\n${stderr}`);
    args = stderr.includes("--break-lock") ? ["--break-lock"] : [];
  }
  throw new Error(`submit.sh of ${life.nonce} never ends well`);
}

/**
 * Interrupts submit.sh some times, with faults of the scheduler and second submitters beside it.
 * @param inject makes something of this round's go wrong once
 * @returns how often it was interrupted
 */
export async function interruptAtRandom(
  life: Life,
  chance: Chance,
  inject: () => Promise<void>,
): Promise<number> {
  const interruptions = chance.between(1, 4);
  for (let step = 0; step < interruptions; step++) {
    if (chance.happens(60)) await inject();
    const hasLock = existsSync(join(life.round.folder, "submit.lock"));
    const args = hasLock || chance.happens(20) ? ["--break-lock"] : [];
    const runs = [life.run(drawInterruption(chance), args)];
    if (chance.happens(30)) runs.push(runSecond(chance, life));
    await Promise.all(runs);
  }
  return interruptions;
}

/** Somebody else at the same time, here or on another login node, who may hold the first one for dead. */
async function runSecond(chance: Chance, life: Life): Promise<InterruptedEnd> {
  await sleep(chance.between(0, 1500));
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
