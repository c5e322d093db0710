import { judgeByRank, type Pruner } from "./pruner.ts";

/** Before so many have come to a step, nobody is held against them. */
const FEWEST_OTHERS = 5;

/**
 * The better half goes on, at every `minResource` steps (the median stopping rule of Golovin et al., "Google Vizier", KDD
 * 2017, by the value at the step).
 */
export const median: Pruner = {
  describe: "the better half goes on, compared at every `minResource` steps",
  reduces: false,
  ladderOf: ({ minResource }, _, most) => ({
    bracket: 0,
    rungs: Array.from(
      { length: Math.ceil(most / minResource) - 1 },
      (_each, at) => (at + 1) * minResource,
    ),
  }),
  judge: (_, own, others) => {
    const of = others.length + 1;
    return judgeByRank(own, others, others.length < FEWEST_OTHERS ? of : Math.ceil(of / 2));
  },
};
