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

/** Whether a trial that ended so may yet be run to its end, from where it was stopped. */
export function mayGoOn(
  { state }: { readonly state: string },
  pruning: Pick<Pruning, "keepCheckpoints"> | undefined,
): boolean {
  return state === "pruned" && pruning?.keepCheckpoints !== false;
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
  /** How many had come to the bracket's first rung, itself among them; absent from older results. */
  readonly entered?: number | undefined;
}

/**
 * Which part of all that were compared with a pruned trial stands before it, in (0, 1): those that were stopped at earlier rungs stand
 * behind it, though nothing was measured of them there.
 */
export function quantileOf({ rank, of, entered = of }: RungEvidence): number {
  return (Math.min(rank, of) - 0.5) / Math.max(of, entered);
}
