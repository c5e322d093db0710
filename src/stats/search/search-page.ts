import type { ModelledParameter } from "./search-report.ts";

/** How a search went (search/search-report.ts). */
export interface PageSearch {
  readonly sentences: readonly string[];
  /** Of each choice, as they were made, from here on: place of the trial that made it. */
  readonly trial: Int32Array;
  /** Since the first of them. */
  readonly seconds: Float64Array;
  /** 1: made before enough was known for a model. */
  readonly isSpread: Uint8Array;
  /** Place in `samplers`. */
  readonly sampler: Uint8Array;
  readonly samplers: readonly string[];
  /** How many trials it knew, by what it knew of them. */
  readonly complete: Int32Array;
  readonly pruned: Int32Array;
  readonly failed: Int32Array;
  readonly running: Int32Array;
  /** Of before its round; -1: not known. */
  readonly earlier: Int32Array;
  /** What is compared at rungs; "": nothing. */
  readonly rungMetric: string;
  readonly rungs: readonly PageRung[];
  readonly model: PageModel | null;
}

/** A rung, and each trial that came to it. */
export interface PageRung {
  readonly bracket: number;
  /** The step. */
  readonly rung: number;
  readonly reached: number;
  readonly wentOn: number;
  /** What would be enough now; null: anything. */
  readonly cut: number | null;
  /** Place of a trial. */
  readonly trial: Int32Array;
  readonly value: Float32Array;
  /** 1: it went on. */
  readonly isOn: Uint8Array;
}

export interface PageModel {
  /** The one that matters most first. */
  readonly lengths: readonly ModelledParameter[];
  /** What it expects of the best ones, in words. */
  readonly best: readonly {
    readonly number: number;
    readonly objective: number;
    readonly expected: string;
  }[];
}
