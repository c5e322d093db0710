import type { Objective } from "../../core/study.ts";
import { quantile, sortNumbers } from "../moments.ts";
import { type AttemptRecord, type LostElement, sortAttempts } from "./attempt.ts";
import { type BestAtCost, listBests } from "./bests.ts";
import { type Cost, costOf, costOfLost } from "./cost.ts";
import { compareRequests, type RequestUse } from "./requests.ts";
import { measureSaved, type Saved } from "./saved.ts";
import { countSlots, type SlotUse } from "./slots.ts";

/** What a study has cost, what came of it, and how it compares with one job on one machine. */
export interface Ledger {
  /** Trials with a result. */
  readonly trials: number;
  /** Attempts that were planned and have left nothing so far: they wait, run, or came to nothing. */
  readonly open: number;
  /** All attempts that left a result and were not skipped. */
  readonly used: Cost;
  readonly saved: Saved;
  readonly wasted: Wasted;
  readonly requests: readonly RequestUse[];
  readonly waiting: Waiting;
  /** Null where nothing ran. */
  readonly slots: SlotUse | null;
  /** Null where nothing ran. */
  readonly speedUp: SpeedUp | null;
  /** By time: whenever the best so far changed. */
  readonly bests: readonly BestAtCost[];
}

/** What came to nothing. */
interface Wasted {
  readonly failed: Cost;
  /** A trial that was complete, or got as far, once more. */
  readonly repeated: Cost;
  /** Cancelled, killed or lost without a result, and tried again later; measured by the logs of their elements. */
  readonly lost: Cost;
}

/** Between the submission of an element's job and its first trial's start: the canary's time is in it. */
export interface Waiting {
  /** Elements of which it is known; `median`, `longest` and `totalSeconds` are null where there is none. */
  readonly elements: number;
  /** Those of which it is not: run without a scheduler, or nobody knows when they were submitted. */
  readonly unknown: number;
  readonly medianSeconds: number | null;
  readonly longestSeconds: number | null;
  readonly totalSeconds: number | null;
}

/** Against one job on one machine that is as fast as these were: it would run the trials one after another. */
interface SpeedUp {
  /** Sum over all attempts that ran and left a result. */
  readonly oneJobSeconds: number;
  /** From the first start to the last end. */
  readonly seconds: number;
  readonly factor: number;
  /** Of that, with at least one trial at work: breaks between rounds are left out. */
  readonly busySeconds: number;
  readonly busyFactor: number;
  /** From the first submission to the last end; null where no submission is known. */
  readonly sinceSubmissionSeconds: number | null;
  /** The most at once. */
  readonly slots: number;
}

interface LedgerInput {
  /** In any order. */
  readonly attempts: readonly AttemptRecord[];
  readonly lost: readonly LostElement[];
  /** See Ledger. */
  readonly open: number;
  readonly objective: Objective;
}

/** The same for the same attempts, in whichever order they come. */
export function buildLedger(input: LedgerInput): Ledger {
  const ended = sortAttempts(input.attempts);
  // Who was skipped has run nothing.
  const attempts = ended.filter(({ state }) => state !== "skipped");
  const slots = countSlots(attempts);
  return {
    trials: ended.filter(({ counts }) => counts).length,
    open: input.open,
    used: costOf(attempts),
    saved: measureSaved(ended),
    wasted: {
      failed: costOf(attempts.filter(({ state }) => state === "failed")),
      repeated: costOf(attempts.filter(createRepeatTest(attempts))),
      lost: costOfLost(input.lost),
    },
    requests: compareRequests(attempts),
    waiting: measureWaiting(ended),
    slots,
    speedUp: slots === null ? null : measureSpeedUp(attempts, slots),
    bests: listBests(attempts, input.objective),
  };
}

/**
 * Whether an attempt did again what had been done: another complete one, or another end of the same attempt. A pruned one
 * that was trained to its end later is not: that went on from its checkpoint.
 */
function createRepeatTest(attempts: readonly AttemptRecord[]): (attempt: AttemptRecord) => boolean {
  const counted = new Map(
    attempts.filter(({ counts }) => counts).map((each) => [each.trialId, each.attempt]),
  );
  return ({ counts, state, trialId, attempt }) =>
    !counts && state !== "failed" && (state === "complete" || counted.get(trialId) === attempt);
}

export function measureWaiting(attempts: readonly AttemptRecord[]): Waiting {
  const first = new Map<string, AttemptRecord>();
  for (const attempt of attempts) {
    const known = first.get(attempt.element);
    if (known === undefined || attempt.start < known.start) first.set(attempt.element, attempt);
  }
  const waits = [...first.values()].flatMap((attempt) => {
    if (attempt.submitted === null) return [];
    const seconds = (attempt.start - attempt.submitted) / 1000;
    // Clocks that disagree, or files that were copied since.
    return seconds < 0 ? [] : [seconds];
  });
  const sorted = sortNumbers(waits);
  const isKnown = sorted.length > 0;
  return {
    elements: sorted.length,
    unknown: first.size - sorted.length,
    medianSeconds: isKnown ? quantile(sorted, 0.5) : null,
    longestSeconds: isKnown ? quantile(sorted, 1) : null,
    totalSeconds: isKnown ? sorted.reduce((sum, each) => sum + each, 0) : null,
  };
}

function measureSpeedUp(attempts: readonly AttemptRecord[], slots: SlotUse): SpeedUp {
  const { seconds, busySeconds, peak } = slots;
  const oneJobSeconds = attempts.reduce((sum, each) => sum + each.seconds, 0);
  const submissions = attempts.flatMap(({ submitted }) => submitted ?? []);
  const start = Date.parse(slots.origin);
  const earliest = submissions.reduce((least, each) => Math.min(least, each), Infinity);
  return {
    ...{ oneJobSeconds, seconds, busySeconds, slots: peak },
    factor: oneJobSeconds / seconds,
    busyFactor: oneJobSeconds / busySeconds,
    sinceSubmissionSeconds: earliest > start ? null : seconds + (start - earliest) / 1000,
  };
}
