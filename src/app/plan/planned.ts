import type { Parameters } from "../../core/study.ts";

/** What a study would run next: the answer of `bsweep plan`. */
export interface PlanReport {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly file: string;
  readonly sampler: string;
  /** `holdout`: fraction of the rows. Null for a command that brings its own data. */
  readonly dataset: {
    readonly path: string;
    readonly rows: number;
    readonly holdout: number;
  } | null;
  readonly replicates: number;
  /** What the sampler proposes, times replicates: impossible + repeated + trials. */
  readonly proposed: number;
  /** Left out because there is no such network, the most frequent reason first. */
  readonly impossible: readonly ImpossibleShape[];
  /** Left out because another proposal trains the very same: it differs in a parameter that is not used. */
  readonly repeated: number;
  readonly trials: number;
  /** Of `trials`: those a round has already. */
  readonly planned: number;
  /** Of `planned`: those with a result file. */
  readonly withResult: number;
  /** Of `trials`: those the next round would hold. */
  readonly newTrials: number;
  /** What these may take, reckoned from their shapes (cnn-cost.ts), early stopping left out; null for a command. */
  readonly newCoreHours: number | null;
  readonly arrays: PlannedArrays;
  /** The trial that needs the most memory, and what the slowest one takes; null when there is none, or a command trains. */
  readonly largest: LargestTrial | null;
  /** What the study should be told before it starts. */
  readonly warnings: readonly string[];
}

export interface ImpossibleShape {
  readonly reason: string;
  readonly trials: number;
  /** One of them. */
  readonly example: Parameters;
}

/** The arrays of the next round, and what they may use at most. */
export interface PlannedArrays {
  readonly site: string;
  readonly arrays: number;
  readonly elements: number;
  /** Elements of the last array; 0 without arrays. */
  readonly lastArrayElements: number;
  readonly maxArraySize: number;
  readonly trialsPerElement: number;
  readonly concurrencyLimit: number;
  /** Every element running its whole walltime. */
  readonly coreHoursAtMost: number;
  /** The same, as many elements at once as the study may run; waiting in the queue left out. */
  readonly elapsedSecondsAtMost: number;
}

export interface LargestTrial {
  /** Trainable numbers. */
  readonly parameters: number;
  readonly flopsPerExample: number;
  readonly params: Parameters;
  /** Reckoned from the shapes (cnn-cost.ts). */
  readonly memoryMiB: number;
  /** One core's seconds of the trial with the most arithmetic, all epochs. */
  readonly slowestCoreSeconds: number;
}
