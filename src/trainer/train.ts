import { setImmediate as nextTurn } from "node:timers/promises";
import type { CnnParameters } from "../core/cnn-parameters.ts";
import { deriveSeed, randomFor, shuffle } from "../core/random.ts";
import type { Split } from "../core/split.ts";
import type { EpochRecord } from "../core/trial.ts";
import { EarlyStopping } from "./early-stopping.ts";
import type { Model } from "./model.ts";

export interface TrainingOptions {
  readonly params: CnnParameters;
  readonly split: Split;
  readonly epochs: number;
  readonly seed: number;
  /** Called after each epoch. */
  readonly onEpoch: (record: EpochRecord) => void;
}

export interface TrainingOutcome {
  readonly history: readonly EpochRecord[];
  /** The epoch whose weights the model has now. */
  readonly selectedEpoch: number;
  /** True when the loss stopped being a finite number: the weights are worthless. */
  readonly diverged: boolean;
}

/**
 * Trains until the epochs are used up or early stopping says so. With validation rows and a patience
 * the model ends with the weights of its best epoch, else with those of the last.
 */
export async function train(model: Model, options: TrainingOptions): Promise<TrainingOutcome> {
  const { params, split } = options;
  const stopping =
    split.validation.length > 0 && params.patience > 0
      ? new EarlyStopping(params.patience)
      : undefined;
  const history: EpochRecord[] = [];
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const record = await trainEpoch(model, options, epoch);
    history.push(record);
    options.onEpoch(record);
    if (hasDiverged(record)) return { history, selectedEpoch: epoch, diverged: true };
    const verdict = stopping?.observe(epoch, record.validationLoss ?? Infinity);
    if (verdict === "better") model.keepWeights();
    if (verdict === "stop") break;
  }
  const selectedEpoch = stopping?.bestEpoch ?? history.length;
  if (selectedEpoch !== history.length) model.restoreWeights();
  return { history, selectedEpoch, diverged: false };
}

function hasDiverged({ loss, validationLoss }: EpochRecord): boolean {
  return loss === null || validationLoss === null;
}

/** One pass over the training rows in a fresh order, then the validation rows. A loss of null is not finite. */
async function trainEpoch(
  model: Model,
  options: TrainingOptions,
  epoch: number,
): Promise<EpochRecord> {
  const { params, split, seed } = options;
  const started = performance.now();
  const order = shuffle(split.training.slice(), randomFor(seed, `shuffle ${epoch}`));
  const stepSeed = Int32Array.of(deriveSeed(seed, "dropout", epoch), 0);
  let lossSum = 0;
  let correct = 0;
  let seen = 0;
  for (let start = 0; start < order.length; start += params.batchSize) {
    const rows = order.slice(start, start + params.batchSize);
    stepSeed[1] = start;
    const outcome = model.step(rows, params.learningRate, stepSeed);
    lossSum += outcome.loss * rows.length;
    correct += outcome.correct;
    seen += rows.length;
    if (!Number.isFinite(lossSum)) break;
    // Only here are signals and timers served: the step itself blocks.
    await nextTurn();
  }
  const validation =
    Number.isFinite(lossSum) && split.validation.length > 0
      ? model.evaluate(split.validation)
      : undefined;
  return {
    epoch,
    loss: finiteOrNull(lossSum / seen),
    accuracy: correct / seen,
    ...(validation === undefined
      ? {}
      : {
          validationLoss: finiteOrNull(validation.loss),
          validationAccuracy: validation.correct / split.validation.length,
        }),
    seconds: (performance.now() - started) / 1000,
  };
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
