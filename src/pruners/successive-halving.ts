import { judgeByRank, type Pruner, type PrunerKeys } from "./pruner.ts";

/** Steps of the rungs: `first`, and each `reductionFactor` times the one before, as far as they lie before `most`. */
export function rungsFrom(
  first: number,
  { reductionFactor }: Pick<PrunerKeys, "reductionFactor">,
  most: number,
): number[] {
  const rungs: number[] = [];
  for (let rung = first; rung < most; rung *= reductionFactor) rungs.push(rung);
  return rungs;
}

/**
 * Asynchronous successive halving in its stopping form (Li et al., "A system for massively parallel hyperparameter
 * tuning", MLSys 2020): who reaches a rung goes on when among the best 1/`reductionFactor` of those that have reached it so
 * far. Nobody waits for others, so the first ones go on with little to be held against.
 */
export const successiveHalving: Pruner = {
  describe: "the best 1/`reductionFactor` of those that have reached a rung go on",
  reduces: true,
  ladderOf: (keys, _, most) => ({ bracket: 0, rungs: rungsFrom(keys.minResource, keys, most) }),
  judge: ({ reductionFactor }, own, others) =>
    judgeByRank(own, others, Math.max(1, Math.floor((others.length + 1) / reductionFactor))),
};
