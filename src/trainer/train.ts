import { setImmediate as nextTurn } from "node:timers/promises";
import type { CnnParameters } from "../cnn/parameters.ts";
import { deriveSeed, randomFor, shuffle } from "../core/random.ts";
import type { Split } from "../cnn/split.ts";
import {
  type EpochRecord,
  FRESH_EPOCH,
  FRESH_PROGRESS,
  type Progress,
} from "../formats/training-progress.ts";
import type { CheckpointClock } from "./checkpoints.ts";
import { learningRateAt, observePlateau } from "./learning-rate.ts";
import type { Model } from "./model.ts";

interface TrainingOptions {
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
interface CheckpointRule {
  readonly clock: Pick<CheckpointClock, "decide" | "decideAtEpoch">;
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
  let progress = options.from ?? FRESH_PROGRESS;
  let end: TrainingOutcome["end"] | "go on" = "go on";
  while (end === "go on" && progress.history.length < options.epochs) {
    const record = await trainEpoch(model, options, progress);
    if (record === undefined) end = "stopped";
    else ({ progress, end } = closeEpoch(model, options, progress, record));
  }
  const { history, stopping } = progress;
  const selectedEpoch = stopsEarly(options) ? stopping.bestEpoch : history.length;
  if (end === "go on") end = "trained";
  if (end === "trained" && selectedEpoch !== history.length) model.restoreWeights();
  return { history, selectedEpoch, end };
}

function stopsEarly({ params, split }: TrainingOptions): boolean {
  return split.validation.length > 0 && params.patience > 0;
}

/** What an epoch's record means for what comes next. */
function closeEpoch(
  model: Model,
  options: TrainingOptions,
  before: Progress,
  record: EpochRecord,
): { progress: Progress; end: TrainingOutcome["end"] | "go on" } {
  const { params } = options;
  options.onEpoch(record);
  const loss = lossToWatch(record);
  const { stopping, verdict } =
    loss !== null && stopsEarly(options)
      ? observeLoss(params, before.stopping, record.epoch, loss)
      : { stopping: before.stopping, verdict: "wait" };
  const plateau = observePlateau(params, before.plateau, loss ?? Infinity);
  const history = [...before.history, record];
  const progress = { history, epoch: FRESH_EPOCH, stopping, plateau };
  if (loss === null) return { progress, end: "diverged" };
  if (verdict === "better") model.keepWeights();
  if (verdict === "stop") return { progress, end: "trained" };
  return { progress, end: saveAfterEpoch(options.checkpoints, progress) };
}

function saveAfterEpoch(
  checkpoints: CheckpointRule | undefined,
  progress: Progress,
): "stopped" | "go on" {
  const decision = checkpoints?.clock.decideAtEpoch() ?? "go on";
  if (decision !== "go on") checkpoints?.save(progress);
  return decision === "stop" ? "stopped" : "go on";
}

/** The validation rows' loss, else that of the training; null when either is no finite number. */
function lossToWatch({ loss, validationLoss }: EpochRecord): number | null {
  return loss === null || validationLoss === undefined ? loss : validationLoss;
}

/** One pass over the training rows in a fresh order, then the validation rows; undefined when it was stopped. */
async function trainEpoch(
  model: Model,
  options: TrainingOptions,
  progress: Progress,
): Promise<EpochRecord | undefined> {
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
    const decision = start < order.length ? (checkpoints?.clock.decide() ?? "go on") : "go on";
    if (decision === "go on") continue;
    const epoch = { rows: start, lossSum, correct, seconds: secondsSoFar() };
    checkpoints?.save({ ...progress, epoch });
    if (decision === "stop") return undefined;
  }
  const trained = { rows: start, lossSum, correct, seconds: secondsSoFar() };
  const measured = measure(model, split.validation, trained);
  return { epoch: number, ...measured, seconds: secondsSoFar() };
}

/** A loss of null is not finite. */
function measure(
  model: Model,
  validation: Int32Array,
  { rows, lossSum, correct }: Progress["epoch"],
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

/**
 * Takes in an epoch's validation loss; epochs come in order, from 1. Training is to stop once `patience` epochs in a row
 * brought no better one (Prechelt, "Early stopping - but when?", 1998).
 */
export function observeLoss(
  { patience }: Pick<CnnParameters, "patience">,
  stopping: Progress["stopping"],
  epoch: number,
  loss: number,
): { readonly stopping: Progress["stopping"]; readonly verdict: "better" | "wait" | "stop" } {
  const { bestLoss, bestEpoch } = stopping;
  if (bestLoss === null || loss < bestLoss)
    return { stopping: { bestLoss: loss, bestEpoch: epoch }, verdict: "better" };
  return { stopping, verdict: epoch - bestEpoch >= patience ? "stop" : "wait" };
}
