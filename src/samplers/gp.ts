import { createEncoding } from "./gp/encoding.ts";
import { Believer } from "./gp/believer.ts";
import { describeModel } from "./gp/model.ts";
import { proposeBy } from "./learner.ts";
import { TRIALS, type Sampler } from "./sampler.ts";

/**
 * Combinations that a Gaussian process of what is known expects to improve on the best one most (Jones, Schonlau and Welch,
 * "Efficient global optimization of expensive black-box functions", J. Global Optimization 13, 1998).
 */
export const gp: Sampler<"trials"> = {
  describe: "`trials` of them, each chosen when it starts by a Gaussian process of what is known",
  revision: 2,
  learns: true,
  takesRanges: true,
  settings: TRIALS,
  count: (_, { trials }) => trials,
  propose: (space, settings, history) =>
    proposeBy(
      (scene) => {
        const believer = new Believer(createEncoding(space), scene.known);
        return () => believer.propose(scene);
      },
      space,
      settings,
      history,
    ),
  model: describeModel,
};
