import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { scoreClasses } from "../core/classification.ts";
import { type CnnPlan, planCnn } from "../core/cnn.ts";
import {
  isCnnParameter,
  rejectCnnValue,
  resolveCnnParameters,
  type CnnParameters,
} from "../core/cnn-parameters.ts";
import { BsweepError } from "../core/errors.ts";
import { splitRows, type Split } from "../core/split.ts";
import type { TrainerRequest } from "../core/trainer-request.ts";
import type { EpochRecord, TrainerReport } from "../core/trial.ts";
import { openPackedDataset, type PackedDataset } from "../workspace/packed-dataset.ts";
import { type Evaluation, Model } from "./model.ts";
import { loadNativeBinding, type NativeBinding } from "./runtime/native.ts";
import { train, type TrainingOutcome } from "./train.ts";

/**
 * Trains and judges the CNN of a request. Parameters, data and shapes are checked before TensorFlow is loaded.
 * @throws BsweepError for a request that cannot be run; a run that diverges is a report with a failure
 */
export async function runTrial(
  request: TrainerRequest,
  onEpoch: (record: EpochRecord) => void,
): Promise<TrainerReport> {
  const dataset = openDataset(request);
  const params = checkParameters(request);
  const plan = requirePlan(params, dataset);
  const labels = readFileSync(dataset.labelsFile);
  const split = splitRows(labels, {
    holdout: request.dataset.holdout.fraction,
    validation: params.validationSplit,
    seed: request.dataset.holdout.seed,
  });
  if (split.training.length === 0) {
    throw new BsweepError(
      "INVALID_DATA",
      `no rows are left to train on in ${request.dataset.path}`,
    );
  }
  const binding = loadNativeBinding({ threads: request.threads });
  const files = {
    images: dataset.imagesFile,
    labels: dataset.labelsFile,
    graph: join(request.scratchFolder, "graph"),
  };
  const model = new Model(binding, params, plan, dataset.header, files);
  model.initialise(files, request.seed);
  const options = { params, split, epochs: request.resource.epochs, seed: request.seed, onEpoch };
  const outcome = await train(model, options);
  const judged = outcome.diverged ? undefined : model.evaluate(split.holdout);
  model.close();
  const common = {
    model: { parameters: plan.parameters, flopsPerExample: plan.flopsPerExample },
    numerics: fingerprint(binding, request),
  };
  return { ...common, ...reportOf(outcome, judged, labels, split, dataset) };
}

type LabelledDataset = PackedDataset & { readonly labelsFile: string };

function openDataset({ dataset }: TrainerRequest): LabelledDataset {
  const opened = openPackedDataset(dataset.path);
  if (opened.header.digest !== dataset.digest) {
    throw new BsweepError(
      "INVALID_DATA",
      `the data set in ${dataset.path} is not the one the study was planned with`,
      {
        hint: `found ${opened.header.digest}, expected ${dataset.digest}: plan and generate again, or bring the old data back`,
      },
    );
  }
  const { labelsFile } = opened;
  if (labelsFile === null)
    throw new BsweepError("INVALID_DATA", `the data set in ${dataset.path} has no labels`);
  return { ...opened, labelsFile };
}

function checkParameters({ params }: TrainerRequest): CnnParameters {
  const issues = Object.entries(params).flatMap(([name, value]) => {
    const expected = isCnnParameter(name) ? rejectCnnValue(name, value) : "a parameter of the CNN";
    return expected === undefined
      ? []
      : [
          {
            file: "request",
            path: `params.${name}`,
            message: `found ${JSON.stringify(value)}, expected ${expected}`,
          },
        ];
  });
  if (issues.length > 0)
    throw new BsweepError("INVALID_MANIFEST", "the trial's parameters do not fit the CNN", {
      issues,
    });
  return resolveCnnParameters(params);
}

function requirePlan(params: CnnParameters, { header }: PackedDataset): CnnPlan {
  const planning = planCnn(params, header);
  if (planning.ok) return planning.plan;
  throw new BsweepError("INVALID_MANIFEST", `there is no such network: ${planning.reason}`);
}

function fingerprint(
  binding: NativeBinding,
  { threads }: TrainerRequest,
): NonNullable<TrainerReport["numerics"]> {
  const cpu = cpus()[0]?.model ?? "unknown";
  return { tensorflow: binding.TF_Version, cpu, threads, precision: "float32" };
}

function reportOf(
  { history, selectedEpoch }: TrainingOutcome,
  judged: Evaluation | undefined,
  labels: Uint8Array,
  split: Split,
  { header }: PackedDataset,
): Pick<TrainerReport, "metrics" | "history" | "holdout" | "failure"> {
  if (judged === undefined || !Number.isFinite(judged.loss)) {
    const message = `the loss was no finite number in epoch ${history.length}`;
    return { metrics: {}, history, failure: { kind: "diverged", message } };
  }
  const truth = Uint8Array.from(split.holdout, (row) => labels[row] ?? 0);
  const { correct, macroF1 } = scoreClasses(judged.predictions, truth, header.classes);
  const selected = history[selectedEpoch - 1];
  const metrics = {
    holdoutAccuracy: correct / truth.length,
    holdoutLoss: judged.loss,
    holdoutMacroF1: macroF1,
    validationAccuracy: selected?.validationAccuracy,
    validationLoss: selected?.validationLoss,
    selectedEpoch,
  };
  const predictions = Buffer.from(judged.predictions).toString("base64");
  return {
    metrics: definedNumbers(metrics),
    history,
    holdout: { correct, count: truth.length, predictions },
  };
}

function definedNumbers(
  values: Readonly<Record<string, number | null | undefined>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === "number" ? [[name, value]] : [],
    ),
  );
}
