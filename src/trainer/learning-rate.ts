import type { CnnParameters } from "../cnn/parameters.ts";
import type { Progress } from "../formats/training-progress.ts";

/** One-cycle: where it starts and ends below its peak, and the share of the steps that rises (Smith, 2018). */
const ONE_CYCLE = { start: 1 / 25, end: 1e-4, rising: 0.3 } as const;

/**
 * The learning rate of one step.
 * - constant; step: x decayFactor every decayEpochs; plateau: x decayFactor when told (`observePlateau`)
 * - cosine: half a cosine from learningRate to 0 (Loshchilov & Hutter, ICLR 2017, without restarts)
 * - one-cycle: cosine up from learningRate / 25, cosine down to learningRate / 10000
 * Before, over `warmupEpochs`, it rises linearly from 0; cosine then runs over what is left.
 *
 * @param epochs how many have passed, fractions counted: 0 at the first step
 * @param total epochs the training may take
 */
export function learningRateAt(
  params: CnnParameters,
  epochs: number,
  total: number,
  plateau: Progress["plateau"],
): number {
  const { learningRate, learningRateSchedule, warmupEpochs, decayEpochs, decayFactor } = params;
  const warm = warmupEpochs > 0 ? Math.min(1, epochs / warmupEpochs) : 1;
  // A warm-up as long as the training, or longer, leaves nothing to decay over.
  const done =
    epochs <= warmupEpochs ? 0 : Math.min(1, (epochs - warmupEpochs) / (total - warmupEpochs));
  switch (learningRateSchedule) {
    case "constant":
      return warm * learningRate;
    case "step":
      return warm * learningRate * decayFactor ** Math.floor(epochs / decayEpochs);
    case "cosine":
      return warm * blend(learningRate, 0, done);
    case "plateau":
      return warm * learningRate * plateau.scale;
    case "one-cycle":
      return oneCycle(learningRate, epochs / total);
  }
}

function oneCycle(peak: number, done: number): number {
  const { start, end, rising } = ONE_CYCLE;
  return done < rising
    ? blend(peak * start, peak, done / rising)
    : blend(peak, peak * end, (done - rising) / (1 - rising));
}

/** From one value to another along half a cosine; `done` in [0, 1]. */
function blend(from: number, to: number, done: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * done))) / 2;
}

/** Takes in an epoch's loss: after `decayEpochs` without a better one the learning rate decays. */
export function observePlateau(
  { decayEpochs, decayFactor }: CnnParameters,
  { scale, bestLoss, waited }: Progress["plateau"],
  loss: number,
): Progress["plateau"] {
  if (bestLoss === null || loss < bestLoss) return { scale, bestLoss: loss, waited: 0 };
  return waited + 1 >= decayEpochs
    ? { scale: scale * decayFactor, bestLoss, waited: 0 }
    : { scale, bestLoss, waited: waited + 1 };
}
