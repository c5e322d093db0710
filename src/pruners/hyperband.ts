import type { Ladder, Pruner, PrunerKeys } from "./pruner.ts";
import { rungsFrom, successiveHalving } from "./successive-halving.ts";

/**
 * Successive halving with several first rungs (Li et al., "Hyperband", JMLR 18, 2018), for nobody knows after how many steps a
 * trial's worth shows: bracket s begins at `minResource` times `reductionFactor`^s, the last one compares never. Trials are dealt
 * out by their number, so that each bracket trains about as many steps as another.
 */
export const hyperband: Pruner = {
  describe: "successive halving in brackets, which begin to compare earlier and later",
  reduces: true,
  ladderOf,
  judge: (keys, own, others) => successiveHalving.judge(keys, own, others),
};

function ladderOf(keys: PrunerKeys, number: number, most: number): Ladder {
  const rungs = rungsFrom(keys.minResource, keys, most);
  const bracket = dealOut(number, sharesOf(rungs.length, keys.reductionFactor));
  return { bracket, rungs: rungs.slice(bracket) };
}

/** Of bracket s among `rungs` + 1: the paper's ceil((sMax + 1) / (s + 1) * factor^s) trials, s counted from the last. */
function sharesOf(rungs: number, factor: number): readonly number[] {
  return Array.from({ length: rungs + 1 }, (_, bracket) => {
    const s = rungs - bracket;
    return Math.ceil(((rungs + 1) / (s + 1)) * factor ** s);
  });
}

/** As evenly as can be at any number: the one that lags furthest behind its share is next. */
function dealOut(number: number, shares: readonly number[]): number {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const given = shares.map(() => 0);
  const turns = ((number - 1) % total) + 1;
  let bracket = 0;
  for (let turn = 1; turn <= turns; turn++) {
    const lags = shares.map((share, at) => (share * turn) / total - (given[at] ?? 0));
    bracket = lags.indexOf(Math.max(...lags));
    given[bracket] = (given[bracket] ?? 0) + 1;
  }
  return bracket;
}
