import type { ParameterValue } from "../../core/study.ts";

/** A trial as its source tells it, before it is held against a study. */
export interface RawTrial {
  readonly number: number;
  /** A text may stand for a number or a truth value: what the study searches decides. */
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly state: "complete" | "pruned" | "failed" | "unfinished";
  readonly objective: number | null;
  readonly metrics: Readonly<Record<string, number>>;
  readonly epochs: number | null;
  readonly seconds: number | null;
  readonly steps: readonly (readonly [number, number])[];
}

/** What was read of a source. */
export interface RawTrials {
  /** The study's name in it; null where it has none. */
  readonly name: string | null;
  readonly trials: readonly RawTrial[];
  /** Columns that nothing was made of. */
  readonly unused: readonly string[];
}
