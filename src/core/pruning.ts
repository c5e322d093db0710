/** How a round's trials are stopped early. */
export interface Pruning {
  /** A line in the table of `pruners`. */
  readonly kind: string;
  readonly minResource: number;
  readonly reductionFactor: number;
  /** Told at steps while a trial runs: never of the hold-out. */
  readonly metric: string;
  readonly direction: "maximize" | "minimize";
  /** Whether a pruned trial's checkpoint stays, so that it can be run to its end from there. */
  readonly keepCheckpoints: boolean;
  /** Hash of the setting and the epochs: what is compared. */
  readonly within: string;
}

/** How it came to a pruned trial's end, so that it can be checked. */
export interface RungEvidence {
  /** The step after which it was compared. */
  readonly rung: number;
  readonly bracket: number;
  /** From 1, among `of` trials that had reached the rung. */
  readonly rank: number;
  readonly of: number;
  /** The metric's value that was still good enough. */
  readonly cut: number | null;
}
