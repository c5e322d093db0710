/** A whole number that a pruner takes in the study file, under its name. */
interface PrunerKey {
  readonly low: number;
  readonly high: number;
  readonly default: number;
  readonly describe: string;
}

export type PrunerKeyName = "minResource" | "reductionFactor";
export type PrunerKeys = Readonly<Record<PrunerKeyName, number>>;

/** Where trials are compared with one another. */
export interface Ladder {
  /** Only trials of one bracket are compared. */
  readonly bracket: number;
  /** Steps after which they are, ascending; each before the last one. */
  readonly rungs: readonly number[];
}

/** What was made of a trial's value at a rung. */
export interface Verdict {
  readonly goesOn: boolean;
  /** From 1, among all that have reached the rung, itself among them; equal ones share the better place. */
  readonly rank: number;
  readonly of: number;
  /** The loss that was still good enough; null where there was none to be held against. */
  readonly cut: number | null;
}

/** A way to stop bad trials early. A line in the table of `index.ts` makes it known to everything else. */
export interface Pruner {
  /** For the study file's schema. */
  readonly describe: string;
  /** Whether it takes `reductionFactor`. */
  readonly reduces: boolean;
  /** @param number the trial's; @param most steps of a whole training */
  ladderOf(keys: PrunerKeys, number: number, most: number): Ladder;
  /** @param own the trial's loss; @param others those of its siblings that have reached the rung, finite, in any order */
  judge(keys: PrunerKeys, own: number, others: readonly number[]): Verdict;
}

export const PRUNER_KEYS: Readonly<Record<PrunerKeyName, PrunerKey>> = {
  minResource: { low: 1, high: 100_000, default: 1, describe: "Steps before the first comparison" },
  reductionFactor: {
    ...{ low: 2, high: 100, default: 3 },
    describe:
      "Of so many trials that reach a rung about one goes on; rungs lie so many times apart",
  },
};

/** The best `keep` of all go on; NaN and what is worse than they are do not. */
export function judgeByRank(own: number, others: readonly number[], keep: number): Verdict {
  const rank = 1 + others.filter((loss) => loss < own).length;
  const losses = [...others, own].filter((loss) => !Number.isNaN(loss)).sort((a, b) => a - b);
  const cut = losses[Math.min(keep, losses.length) - 1] ?? null;
  return { goesOn: own <= (cut ?? -Infinity), rank, of: others.length + 1, cut };
}
