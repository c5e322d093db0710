import type { FailureKind, ResultState, Trial } from "../../core/trial.ts";

/** What one element asked of the scheduler. */
export interface ElementRequest {
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly walltimeSeconds: number;
  /** Null where nobody wrote it down. */
  readonly gpus: number | null;
}

/** One attempt that left a result, as far as its cost is concerned. */
export interface AttemptRecord extends Pick<Trial, "trialId" | "number" | "attempt"> {
  /** Its result file, below results/<study>: no two attempts share one. */
  readonly file: string;
  /** Names the element it ran in, of whichever job. */
  readonly element: string;
  readonly epochs: number;
  readonly state: ResultState;
  readonly failure: FailureKind | null;
  /** Whether it is the result of its trial that counts. */
  readonly counts: boolean;
  /** The row of the ranking that it is part of: replicates share one; -1: of none. */
  readonly group: number;
  /** The study's objective; null where it has none that counts, or was measured in a setting that is not ranked. */
  readonly objective: number | null;
  /** The last step that was trained before it was pruned; null for any other, or where nothing was trained. */
  readonly lastStep: number | null;
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Wall seconds. */
  readonly seconds: number;
  readonly cpuSeconds: number | null;
  readonly peakMemoryMiB: number | null;
  /** Null where its round is gone, or cannot be read. */
  readonly request: ElementRequest | null;
  /** As `start`; null where no job was asked for, or its round is gone. */
  readonly submitted: number | null;
}

/** Where a trial stands in the ranking. */
export type Standings = (trialId: string) => Pick<AttemptRecord, "group" | "objective">;

export const UNRANKED: ReturnType<Standings> = { group: -1, objective: null };

/** An element that ended with trials that left no result, seen through its log. */
export interface LostElement {
  /** Attempts without a result, of trials that a later round has tried again. */
  readonly attempts: number;
  /** From the first to the last sign of it, less what its other trials took; null without a log. */
  readonly seconds: number | null;
  readonly request: ElementRequest | null;
}

/** Milliseconds since 1970. */
export const endOf = ({ start, seconds }: Pick<AttemptRecord, "start" | "seconds">): number =>
  start + seconds * 1000;

/** The latest moment a date can name: a file may claim that a trial took longer. */
const LATEST = 8.64e15;

/** ISO 8601 UTC. */
export const momentOf = (milliseconds: number): string =>
  new Date(Math.min(milliseconds, LATEST)).toISOString();

/** Attempts in an order that depends on nothing but themselves: by end, start and file. */
export function sortAttempts(attempts: readonly AttemptRecord[]): readonly AttemptRecord[] {
  return [...attempts].sort(
    (a, b) => endOf(a) - endOf(b) || a.start - b.start || (a.file < b.file ? -1 : 1),
  );
}
