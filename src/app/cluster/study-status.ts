import type { SchedulerName } from "../../core/site.ts";
import type { Objective } from "../../core/study.ts";
import type { StandingKind } from "../../core/standing.ts";
import type { NamedBest } from "../../stats/rank.ts";
import type { Throughput } from "../../stats/throughput.ts";

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
export interface ArrayStatus {
  readonly round: number;
  readonly array: number;
  readonly scheduler: SchedulerName;
  /** Null while none was written down. */
  readonly job: string | null;
  readonly trials: number;
  readonly counts: StateCounts;
  /** Trials that went on to a later round. */
  readonly retried: number;
}

export interface CanaryStatus {
  readonly round: number;
  readonly job: string | null;
  /** Its trial. */
  readonly number: number;
  readonly state: StandingKind;
}

export interface FailureGroup {
  /** A failure kind, `lost`, `lost: CAUSE` or `missing`. */
  readonly kind: string;
  readonly trials: number;
  /** The trial with the lowest number. */
  readonly example: {
    readonly number: number;
    readonly message: string;
    /** The element's log, relative to the workspace. */
    readonly log: string;
  };
}

/** What to do now. */
export type NextStep = "submit" | "local" | "resume" | "watch" | "retry" | "report";
