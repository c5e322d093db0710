import { setImmediate as nextTurn } from "node:timers/promises";
import type { CnnParameters } from "../core/cnn-parameters.ts";
import { deriveSeed, randomFor, shuffle } from "../core/random.ts";
import type { Split } from "../core/split.ts";
import {
  type EpochProgress,
  FRESH_EPOCH,
  FRESH_PROGRESS,
  type Progress,
} from "../core/training-progress.ts";
import type { EpochRecord } from "../core/trial.ts";
import { EarlyStopping } from "./early-stopping.ts";
import { learningRateAt, observePlateau } from "./learning-rate.ts";
import type { Model } from "./model.ts";

export interface TrainingOptions {
  readonly params: CnnParameters;
  readonly split: Pick<Split, "training" | "validation">;
  readonly epochs: number;
  readonly seed: number;
  /** Called after each epoch. */
  readonly onEpoch: (record: EpochRecord) => void;
  /** Where an earlier run stopped; the model has the variables of then. */
  readonly from?: Progress;
  readonly checkpoints?: CheckpointRule;
}

/** When to save, and when to stop. */
export interface CheckpointRule {
  /** Asked after every step: `go on`, `save` and go on, `stop` after saving. */
  readonly decide: () => "go on" | "save" | "stop";
  /** Asked after every epoch. */
  readonly decideAtEpoch: () => "go on" | "save" | "stop";
  readonly save: (progress: Progress) => void;
}

export interface TrainingOutcome {
  readonly history: readonly EpochRecord[];
  /** The epoch whose weights the model has now. */
  readonly selectedEpoch: number;
  /** `diverged`: the loss stopped being a finite number, the weights are worthless. */
  readonly end: "trained" | "diverged" | "stopped";
}

/**
 * Trains until the epochs are used up or early stopping says so. With validation rows and a patience
 * the model ends with the weights of its best epoch, else with those of the last.
 */
export async function train(model: Model, options: TrainingOptions): Promise<TrainingOutcome> {
  const { params, split, checkpoints, from = FRESH_PROGRESS } = options;
  const stops = split.validation.length > 0 && params.patience > 0;
  const stopping = new EarlyStopping(stops ? params.patience : Infinity, from.stopping);
  let progress = from;
  while (progress.history.length < options.epochs) {
    const epoch = await trainEpoch(model, options, progress);
    if (epoch.stopped) return { ...endOf(progress.history, stops, stopping), end: "stopped" };
    const { record } = epoch;
    const history = [...progress.history, record];
    options.onEpoch(record);
    if (hasDiverged(record)) return { history, selectedEpoch: history.length, end: "diverged" };
    const loss = record.validationLoss ?? record.loss ?? Infinity;
    const verdict = stops ? stopping.observe(record.epoch, loss) : "wait";
    if (verdict === "better") model.keepWeights();
    const plateau = observePlateau(params, progress.plateau, loss);
    progress = { history, epoch: FRESH_EPOCH, stopping: stopping.state, plateau };
    if (verdict === "stop") break;
    const decision = checkpoints?.decideAtEpoch() ?? "go on";
    if (decision !== "go on") checkpoints?.save(progress);
    if (decision === "stop") return { ...endOf(history, stops, stopping), end: "stopped" };
  }
  const end = endOf(progress.history, stops, stopping);
  if (end.selectedEpoch !== progress.history.length) model.restoreWeights();
  return { ...end, end: "trained" };
}

function endOf(history: readonly EpochRecord[], stops: boolean, { state }: EarlyStopping) {
  return { history, selectedEpoch: stops ? state.bestEpoch : history.length };
}

function hasDiverged({ loss, validationLoss }: EpochRecord): boolean {
  return loss === null || validationLoss === null;
}

type EpochEnd =
  { readonly stopped: true } | { readonly stopped: false; readonly record: EpochRecord };

/** One pass over the training rows in a fresh order, then the validation rows. */
async function trainEpoch(
  model: Model,
  options: TrainingOptions,
  progress: Progress,
): Promise<EpochEnd> {
  const { params, split, seed, epochs, checkpoints } = options;
  const number = progress.history.length + 1;
  const started = performance.now();
  const order = shuffle(split.training.slice(), randomFor(seed, `shuffle ${number}`));
  const stepSeed = Int32Array.of(deriveSeed(seed, "dropout", number), 0);
  let { rows: start, lossSum, correct } = progress.epoch;
  const secondsSoFar = (): number => progress.epoch.seconds + (performance.now() - started) / 1000;
  while (start < order.length) {
    const rows = order.slice(start, start + params.batchSize);
    stepSeed[1] = start;
    const passed = number - 1 + start / order.length;
    const learningRate = learningRateAt(params, passed, epochs, progress.plateau);
    const outcome = model.step(rows, learningRate, stepSeed);
    lossSum += outcome.loss * rows.length;
    correct += outcome.correct;
    start += rows.length;
    if (!Number.isFinite(lossSum)) break;
    // Only here are signals and timers served: the step itself blocks.
    await nextTurn();
    const decision = start < order.length ? (checkpoints?.decide() ?? "go on") : "go on";
    if (decision === "go on") continue;
    const epoch = { rows: start, lossSum, correct, seconds: secondsSoFar() };
    checkpoints?.save({ ...progress, epoch });
    if (decision === "stop") return { stopped: true };
  }
  const trained = { rows: start, lossSum, correct, seconds: secondsSoFar() };
  const record = { epoch: number, ...measure(model, split.validation, trained) };
  return { stopped: false, record: { ...record, seconds: secondsSoFar() } };
}

/** A loss of null is not finite. */
function measure(
  model: Model,
  validation: Int32Array,
  { rows, lossSum, correct }: EpochProgress,
): Omit<EpochRecord, "epoch" | "seconds"> {
  const measured = { loss: finiteOrNull(lossSum / rows), accuracy: correct / rows };
  if (!Number.isFinite(lossSum) || validation.length === 0) return measured;
  const evaluation = model.evaluate(validation);
  return {
    ...measured,
    validationLoss: finiteOrNull(evaluation.loss),
    validationAccuracy: evaluation.correct / validation.length,
  };
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
