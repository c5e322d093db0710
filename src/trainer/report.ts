import { readFileSync } from "node:fs";
import { scoreClasses } from "../cnn/classification.ts";
import { scoreHoldout } from "../cnn/holdout-score.ts";
import { stepOfEpoch, onlyNumbers } from "../formats/training-progress.ts";
import type { TrainerRequest } from "../formats/trainer-request.ts";
import type { TrainerReport } from "../core/trial.ts";
import type { Evaluation, Model } from "./model.ts";
import type { OpenedRequest } from "./open-request.ts";
import { readCpu } from "./runtime/cpu.ts";
import { readGpuModel } from "./runtime/gpus.ts";
import type { NativeBinding } from "./runtime/load.ts";
import type { TrainingOutcome } from "./train.ts";

interface Judged {
  readonly outcome: TrainingOutcome;
  /** Of the hold-out; undefined when the run diverged, or nothing was held out. */
  readonly judged: Evaluation | undefined;
  readonly tested: TestEvaluation | undefined;
  readonly filterGradients: Model["filterGradients"];
}

/** Metrics of a test set by their names in a report. */
export type TestEvaluation = Readonly<Record<string, number>>;

/** What a training came to, as every trainer tells it. */
export function createReport(
  opened: OpenedRequest,
  binding: NativeBinding,
  { outcome, judged, tested, filterGradients }: Judged,
): TrainerReport {
  const { plan, request } = opened;
  const { history, selectedEpoch } = outcome;
  const common = {
    model: { parameters: plan.parameters, flopsPerExample: plan.flopsPerExample },
    numerics: { ...fingerprint(binding, request), filterGradients },
    history: history.map(stepOfEpoch),
  };
  const finite = judged === undefined || Number.isFinite(judged.loss);
  if (outcome.end === "diverged" || !finite) {
    const message = `the loss was no finite number in epoch ${history.length}`;
    return { ...common, metrics: {}, failure: { kind: "diverged", message } };
  }
  const selected = history[selectedEpoch - 1];
  const metrics = {
    validationAccuracy: selected?.validationAccuracy,
    validationLoss: selected?.validationLoss,
    selectedEpoch,
    ...tested,
  };
  if (judged === undefined) return { ...common, metrics: onlyNumbers(metrics) };
  const { holdout, scores } = scoreRowsHeldOut(judged, opened);
  return { ...common, metrics: onlyNumbers({ ...scores, ...metrics }), holdout };
}

function scoreRowsHeldOut(judged: Evaluation, { labels, split, dataset }: OpenedRequest) {
  const truth = Uint8Array.from(split.holdout, (row) => labels[row] ?? 0);
  const { correct, metrics } = scoreHoldout(judged, truth, dataset.header.classes);
  const count = truth.length;
  const predictions = Buffer.from(judged.predictions).toString("base64");
  const scores = {
    holdoutAccuracy: correct / count,
    holdoutLoss: judged.loss,
    holdoutMacroF1: metrics.macroF1,
    ...metrics,
  };
  return { holdout: { correct, count, predictions }, scores };
}

/** @param classes of the data set the model was trained on */
export function scoreTest(
  { predictions, loss }: Evaluation,
  labelsFile: string,
  classes: number,
): TestEvaluation {
  const labels = readFileSync(labelsFile);
  const { correct, macroF1 } = scoreClasses(predictions, labels, classes);
  const testAccuracy = correct / labels.length;
  return { testAccuracy, testLoss: loss, testMacroF1: macroF1, testCorrect: correct };
}

function fingerprint(
  binding: NativeBinding,
  { threads, precision }: TrainerRequest,
): NonNullable<TrainerReport["numerics"]> {
  const { model: cpu, features } = readCpu();
  const gpu = binding.isUsingGpuDevice() ? { gpu: readGpuModel() } : {};
  return { tensorflow: binding.TF_Version, cpu, features, threads, precision, ...gpu };
}
