import type { Effects } from "../core/effects.ts";
import { groupBy } from "../core/objects.ts";
import type { SchedulerName } from "../core/site.ts";
import type { Objective } from "../core/study.ts";
import type { NamedBest } from "../stats/rank.ts";
import { DONE_KINDS, LIVELY_KINDS, STANDING_KINDS, type StandingKind } from "../core/standing.ts";
import { schedulerOf } from "../schedulers/index.ts";
import { measureThroughput, type Throughput } from "../stats/throughput.ts";
import type { AttemptResult } from "../storage/attempts.ts";
import { CANARY } from "../workspace/layout.ts";
import { readPlainFile } from "../workspace/folder.ts";
import { readBest } from "./report.ts";
import { type FailureGroup, groupFailures, isRetryable } from "./cluster/failures.ts";
import {
  type Observation,
  type ObservedTrial,
  type ObserveOptions,
  observeAnd,
} from "./cluster/observe.ts";
import { placeOfResult } from "./cluster/element-logs.ts";
import type { SchedulerAnswer } from "./cluster/query.ts";
import type { SubmittedArray } from "./cluster/submitted.ts";

export type StateCounts = Readonly<Record<StandingKind, number>>;

/** How a study stands: what `bsweep status` tells, and its JSON. Each trial counts once. */
export interface StudyStatus {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly studyFile: string;
  /** ISO 8601 UTC. */
  readonly observedAt: string;
  readonly trials: number;
  readonly counts: StateCounts;
  readonly arrays: readonly ArrayStatus[];
  /** The canary of the latest round that has one, until its trial is complete. */
  readonly canary: CanaryStatus | null;
  readonly objective: Objective;
  readonly best: NamedBest | null;
  readonly throughput: Throughput | null;
  /** Until the last trial, at the throughput of late; null when nothing ends, or nothing is left. */
  readonly secondsLeft: number | null;
  /** Of all attempts that left a result. */
  readonly cpuHours: number;
  /** The most frequent first. */
  readonly failures: readonly FailureGroup[];
  /** Why trials wait, in the schedulers' words; the most frequent first. */
  readonly waiting: readonly { readonly reason: string; readonly trials: number }[];
  /** Why trials were not run. */
  readonly skipped: StudyStatus["waiting"];
  /** Why nothing more is submitted, after `bsweep pause`; null when it is not paused. */
  readonly paused: string | null;
  /** Schedulers that could not be asked. */
  readonly unasked: readonly {
    readonly scheduler: SchedulerName;
    readonly message: string;
    readonly hint: string;
  }[];
  readonly next: NextStep;
}

/** A job array; its trials are those whose latest attempt stands there. */
export interface ArrayStatus extends Pick<SubmittedArray, "round" | "array" | "scheduler" | "job"> {
  readonly trials: number;
  readonly counts: StateCounts;
  /** Trials that went on to a later round. */
  readonly retried: number;
}

export interface CanaryStatus extends Pick<SubmittedArray, "round" | "job"> {
  /** Its trial. */
  readonly number: number;
  readonly state: StandingKind;
}

/** What to do now. */
export type NextStep = "submit" | "local" | "resume" | "watch" | "retry" | "report";

/** How a study stands, and what the schedulers told, which the next look may use again. */
export interface StatusRead {
  readonly status: StudyStatus;
  readonly answer: SchedulerAnswer;
}

/** The first trial ran alone, which tells nothing of the pace of the others; who was skipped has not run. */
function tellsPace({ file, state }: AttemptResult): boolean {
  return state !== "skipped" && placeOfResult(file)?.array !== CANARY;
}

/** Collects, asks each scheduler once, and counts. @throws BsweepError as observeStudy does */
export async function readStatus(options: ObserveOptions, effects: Effects): Promise<StatusRead> {
  const { study, layout } = options;
  const { observation, also: best } = await observeAnd(options, effects, (database) =>
    readBest(database, options),
  );
  const { now, trials, results, answer } = observation;
  const counts = countKinds(trials);
  const paused = readPaused(layout.pausedFile(study.name));
  const throughput = measureThroughput(results.filter(tellsPace), now);
  const left = trials.filter(({ state: { kind } }) => isYetToEnd(kind)).length;
  // CPU time where it was measured; else wall time.
  const seconds = results.map((result) => result.cpuSeconds ?? result.seconds);
  const status: StudyStatus = {
    study: study.name,
    studyFile: study.file,
    observedAt: now.toISOString(),
    trials: trials.length,
    counts,
    arrays: describeArrays(observation),
    canary: describeCanary(observation),
    objective: study.objective,
    best,
    throughput,
    secondsLeft:
      throughput === null || left === 0 ? null : (left / throughput.trialsPerHour) * 3600,
    cpuHours: seconds.reduce((sum, each) => sum + each, 0) / 3600,
    failures: await groupFailures(observation, layout),
    waiting: countReasons(trials.flatMap(whyWaiting)),
    skipped: countReasons(trials.flatMap(whySkipped)),
    paused,
    unasked: answer.failures.map(({ scheduler, error }) => ({
      scheduler,
      message: error.message,
      hint: error.hint ?? "",
    })),
    next: paused === null ? decideNext(counts, observation) : "resume",
  };
  return { status, answer };
}

/** Of what has ended only the file is waited for. */
function isYetToEnd(kind: StandingKind): boolean {
  return kind === "not submitted" || (LIVELY_KINDS.has(kind) && kind !== "ending");
}

function readPaused(file: string): string | null {
  try {
    return readPlainFile(file).trim();
  } catch {
    return null;
  }
}

function countKinds(trials: readonly ObservedTrial[]): StudyStatus["counts"] {
  const counts = Object.fromEntries(STANDING_KINDS.map((kind) => [kind, 0])) as Record<
    StandingKind,
    number
  >;
  for (const { state } of trials) counts[state.kind] += 1;
  return counts;
}

function describeArrays({ arrays, trials }: Observation): readonly ArrayStatus[] {
  const nameOf = ({ round, array }: { round: number; array: number }): string =>
    `${round} ${array}`;
  const here = groupBy(trials, ({ place }) => nameOf(place));
  const moved = groupBy(
    trials.flatMap(({ planned, place }) =>
      planned.length === 1
        ? []
        : [...new Set(planned.map(nameOf))].filter((name) => name !== nameOf(place)),
    ),
    (name) => name,
  );
  return arrays
    .filter(({ array }) => array !== CANARY)
    .map((array): ArrayStatus => {
      const own = here.get(nameOf(array)) ?? [];
      const { round, scheduler, job } = array;
      return {
        ...{ round, array: array.array, scheduler, job, trials: own.length },
        counts: countKinds(own),
        retried: moved.get(nameOf(array))?.length ?? 0,
      };
    });
}

function describeCanary({ arrays, trials }: Observation): CanaryStatus | null {
  const canary = arrays.findLast(({ array }) => array === CANARY);
  if (canary?.job == null) return null;
  const trial = trials.find(({ planned }) =>
    planned.some(({ round, array }) => round === canary.round && array === CANARY),
  );
  // A later round that tries it again says nothing of this one.
  const isHere = trial?.place.round === canary.round;
  if (trial === undefined || !isHere || DONE_KINDS.has(trial.state.kind)) return null;
  const { round, job } = canary;
  return { round, job, number: trial.number, state: trial.state.kind };
}

function whyWaiting({ state }: ObservedTrial): string[] {
  if (!("reason" in state) || !LIVELY_KINDS.has(state.kind)) return [];
  return [state.reason === "" ? `no reason is told (${state.kind})` : state.reason];
}

function whySkipped({ state, result }: ObservedTrial): string[] {
  return state.kind === "skipped" ? [result?.message ?? ""] : [];
}

function countReasons(reasons: readonly string[]): StudyStatus["waiting"] {
  return [...groupBy(reasons, (reason) => reason)]
    .map(([reason, all]) => ({ reason, trials: all.length }))
    .sort((a, b) => b.trials - a.trials || (a.reason < b.reason ? -1 : 1));
}

function decideNext(counts: StudyStatus["counts"], { arrays, trials }: Observation): NextStep {
  const isOpen = ({ job, inDoubt }: SubmittedArray): boolean => job === null || inDoubt;
  if (counts["not submitted"] > 0 || arrays.some(({ inDoubt }) => inDoubt)) {
    const isLocal = arrays.filter(isOpen).every((array) => !schedulerOf(array).submits);
    return isLocal ? "local" : "submit";
  }
  const held = counts.held > 0 && counts.waiting + counts.running === 0;
  if (held) return "resume";
  if (trials.some(({ state }) => LIVELY_KINDS.has(state.kind))) return "watch";
  return trials.some(isRetryable) ? "retry" : "report";
}
