import type { WrittenRound } from "../generate/round-spec.ts";
import { FAILURE_KINDS } from "../../core/trial.ts";

/** What trials may be chosen by: how they failed, or how their element was lost. */
export const RETRY_STATES = [...FAILURE_KINDS, "lost", "missing", "killed", "host"] as const;
export type RetryState = (typeof RETRY_STATES)[number];

/** What a `retry` wrote, or would write. */
export interface RetryReport {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly studyFile: string;
  /** One for each set of resources. */
  readonly rounds: readonly RetryRound[];
  /** The most trials first. */
  readonly leftOut: readonly LeftOut[];
  readonly excludedHosts: readonly ExcludedHost[];
  readonly isLocal: boolean;
}

export interface RetryRound {
  /** Numbers, ascending. */
  readonly trials: readonly number[];
  /** What came of the attempts before, as `bsweep status` calls it -> trials. */
  readonly states: Readonly<Record<string, number>>;
  /** Of an element. */
  readonly memoryMiB: number;
  readonly walltimeSeconds: number;
  /** Null under --dry-run. */
  readonly written: WrittenRound | null;
}

/** Trials without a complete result that are not tried again. */
export interface LeftOut {
  readonly reason: string;
  /** Numbers, ascending. */
  readonly trials: readonly number[];
}

export interface ExcludedHost {
  readonly host: string;
  /** Attempts that came to nothing there; null when the user excluded it. */
  readonly faults: number | null;
}
