import { setImmediate as nextTurn } from "node:timers/promises";
import type { CnnParameters } from "../cnn/parameters.ts";
import { deriveSeed, randomFor, shuffle } from "../core/random.ts";
import type { Split } from "../cnn/split.ts";
import {
  type EpochProgress,
  type EpochRecord,
  FRESH_EPOCH,
  FRESH_PROGRESS,
  type Progress,
  type StoppingState,
} from "../cnn/training-progress.ts";
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
  const { params, split, from = FRESH_PROGRESS } = options;
  const stops = split.validation.length > 0 && params.patience > 0;
  const stopping = stops ? new EarlyStopping(params.patience, from.stopping) : undefined;
  let progress = from;
  let end: TrainingOutcome["end"] | "go on" = "go on";
  while (end === "go on" && progress.history.length < options.epochs) {
    const record = await trainEpoch(model, options, progress);
    if (record === undefined) end = "stopped";
    else ({ progress, end } = closeEpoch(model, options, { progress, record, stopping }));
  }
  const { history } = progress;
  const selectedEpoch = stopping?.state.bestEpoch ?? history.length;
  if (end === "go on") end = "trained";
  if (end === "trained" && selectedEpoch !== history.length) model.restoreWeights();
  return { history, selectedEpoch, end };
}

/** What an epoch's record means for what comes next. */
function closeEpoch(
  model: Model,
  { params, checkpoints, onEpoch }: TrainingOptions,
  epoch: { progress: Progress; record: EpochRecord; stopping: EarlyStopping | undefined },
): { progress: Progress; end: TrainingOutcome["end"] | "go on" } {
  const { record, stopping } = epoch;
  onEpoch(record);
  const loss = lossToWatch(record);
  const verdict = loss === null ? "diverged" : stopping?.observe(record.epoch, loss);
  const progress = {
    history: [...epoch.progress.history, record],
    epoch: FRESH_EPOCH,
    stopping: stopping?.state ?? epoch.progress.stopping,
    plateau: observePlateau(params, epoch.progress.plateau, loss ?? Infinity),
  };
  if (verdict === "better") model.keepWeights();
  if (verdict === "diverged" || verdict === "stop")
    return { progress, end: verdict === "stop" ? "trained" : "diverged" };
  return { progress, end: saveAfterEpoch(checkpoints, progress) };
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

/**
 * Stops training once `patience` epochs in a row brought no better validation loss (Prechelt, "Early
 * stopping - but when?", 1998).
 */
export class EarlyStopping {
  readonly #patience: number;
  state: StoppingState;

  constructor(patience: number, state: StoppingState = { bestLoss: null, bestEpoch: 0 }) {
    this.#patience = patience;
    this.state = state;
  }

  /** Takes in an epoch's validation loss; epochs come in order, from 1. */
  observe(epoch: number, loss: number): "better" | "wait" | "stop" {
    const { bestLoss, bestEpoch } = this.state;
    if (bestLoss === null || loss < bestLoss) {
      this.state = { bestLoss: loss, bestEpoch: epoch };
      return "better";
    }
    return epoch - bestEpoch >= this.#patience ? "stop" : "wait";
  }
}
