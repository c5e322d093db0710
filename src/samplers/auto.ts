import { gp } from "./gp.ts";
import { type History, type Sampler, TRIALS } from "./sampler.ts";
import { tpe } from "./tpe.ts";

/** Trials known, up to which the Gaussian process sees most of them. */
const MOST_MODELLED = 1000;

/**
 * `gp` while up to a thousand trials are known, `tpe` from then on. A space of no more combinations than trials is gone through
 * as a whole, what is promising first.
 */
export const auto: Sampler<"trials"> = {
  describe: "`trials` of them, by gp, or by tpe once a thousand are known",
  revision: 2,
  learns: true,
  takesRanges: true,
  settings: TRIALS,
  count: (_, { trials }) => trials,
  propose: (space, settings, history) => chosenBy(history).propose(space, settings, history),
  model: (space, history) => chosenBy(history).model?.(space, history) ?? null,
};

function chosenBy(history: History): Sampler<"trials"> {
  return history.length > MOST_MODELLED ? tpe : gp;
}
