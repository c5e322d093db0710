import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { estimateCost } from "../cnn/cost.ts";
import { formatDuration, formatMemory } from "../core/quantities.ts";
import type { TrainerRequest } from "../formats/trainer-request.ts";
import type { TrainerReport } from "../core/trial.ts";
import type { EpochRecord } from "../formats/training-progress.ts";
import { encodeSafetensors } from "../formats/safetensors.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import { openLabelledDataset } from "../workspace/packed-dataset.ts";
import { CheckpointClock, Checkpoints } from "./checkpoints.ts";
import { Model } from "./model.ts";
import { openRequest, type OpenedRequest } from "./open-request.ts";
import { createReport, scoreTest, type TestEvaluation } from "./report.ts";
import { requirePrecision } from "./runtime/cpu.ts";
import { requireGpus } from "./runtime/gpus.ts";
import { loadNativeBinding, type NativeBinding } from "./runtime/load.ts";
import { train, type TrainingOutcome } from "./train.ts";

interface TrainerEvents {
  /** After each epoch. */
  readonly onEpoch: (record: EpochRecord) => void;
  /** A line for the trial's log. */
  readonly log: (line: string) => void;
  /** Aborts to stop the training after a checkpoint. */
  readonly stop: AbortSignal;
}

/**
 * Trains and judges the CNN of a request. Parameters, data and shapes are checked before TensorFlow is loaded.
 * @returns undefined when the training was stopped and left a checkpoint to go on from
 * @throws BsweepError for a request that cannot be run; a run that diverges is a report with a failure
 */
export async function runTrial(
  request: TrainerRequest,
  events: TrainerEvents,
): Promise<TrainerReport | undefined> {
  const opened = openRequest(request);
  requirePrecision(request.precision);
  tellCost(opened, events.log);
  const binding = loadNativeBinding({ threads: request.threads });
  requireGpus(request.gpus, binding);
  const model = openModel(binding, opened, "graph");
  const outcome = await trainFromCheckpoint(model, opened, events);
  if (outcome.end === "stopped") return undefined;
  const judges = outcome.end === "trained" && opened.split.holdout.length > 0;
  const judged = judges ? model.evaluate(opened.split.holdout) : undefined;
  const tested = outcome.end === "trained" ? keepModel(model, binding, opened) : undefined;
  model.close();
  const { filterGradients } = model;
  return createReport(opened, binding, { outcome, judged, tested, filterGradients });
}

/** What the shapes say before anything is allocated: a trial that would not fit is told at once. */
function tellCost({ request, dataset, params, plan }: OpenedRequest, log: TrainerEvents["log"]) {
  const { resource, threads, endsAt } = request;
  const training = { epochs: resource.epochs, rows: request.dataset.rows };
  const cost = estimateCost(params, plan, dataset.header, training);
  const seconds = cost.coreSeconds / threads;
  const left = endsAt === null ? Infinity : (Date.parse(endsAt) - Date.now()) / 1000;
  const [needed, held] = [cost.memoryMiB, request.memoryMiB ?? Infinity];
  if (needed > held)
    log(`warning: this needs about ${formatMemory(needed)}, and may hold ${formatMemory(held)}`);
  if (seconds > left)
    log(`warning: this may take about ${formatDuration(seconds)}, and has ${formatDuration(left)}`);
}

/** @param folder a name in the scratch folder, for the graph */
function openModel(binding: NativeBinding, opened: OpenedRequest, folder: string): Model {
  const { request, dataset, params, plan } = opened;
  const design = { params, plan, header: dataset.header, precision: request.precision };
  const model = new Model(binding, design, { graph: join(request.scratchFolder, folder) });
  const files = { images: dataset.imagesFile, labels: dataset.labelsFile };
  model.initialise(files, request.seed, balancedWeights(opened));
  return model;
}

/** rows / (classes x rows of the class), so that every class weighs the same; 1 for one that does not occur. */
function balancedWeights({ dataset, labels, split }: OpenedRequest): Float32Array {
  const { classes } = dataset.header;
  const counts = new Float64Array(classes);
  for (const row of split.training) counts[labels[row] ?? 0] = (counts[labels[row] ?? 0] ?? 0) + 1;
  return Float32Array.from(counts, (count) =>
    count === 0 ? 1 : split.training.length / (classes * count),
  );
}

async function trainFromCheckpoint(
  model: Model,
  { request, params, split }: OpenedRequest,
  { onEpoch, log, stop }: TrainerEvents,
): Promise<TrainingOutcome> {
  const options = { params, split, epochs: request.resource.epochs, seed: request.seed, onEpoch };
  if (request.checkpoint === null) return train(model, options);
  const { folder, seconds } = request.checkpoint;
  const checkpoints = new Checkpoints(folder, request, log);
  const latest = checkpoints.readLatest();
  if (latest !== undefined) {
    const { history, epoch } = latest.progress;
    model.writeState(latest.state);
    log(`going on from a checkpoint: ${history.length} epochs and ${epoch.rows} rows are done`);
  }
  return train(model, {
    ...options,
    ...(latest === undefined ? {} : { from: latest.progress }),
    checkpoints: {
      clock: new CheckpointClock({ seconds, endsAt: request.endsAt, stop }),
      save: (progress) => checkpoints.write({ state: model.readState(), progress }),
    },
  });
}

/** Writes the weights of a refit, and judges them on the test set: once, and only here. */
function keepModel(
  model: Model,
  binding: NativeBinding,
  opened: OpenedRequest,
): TestEvaluation | undefined {
  const { keep } = opened.request;
  if (keep === null) return undefined;
  mkdirSync(dirname(keep.weightsFile), { recursive: true });
  const weights = encodeSafetensors({ tensors: model.readWeights(), metadata: {} });
  const tested = keep.test === null ? undefined : judgeTest(model, binding, opened, keep.test);
  writeFileAtomic(keep.weightsFile, weights);
  return tested;
}

function judgeTest(
  trained: Model,
  binding: NativeBinding,
  opened: OpenedRequest,
  test: NonNullable<NonNullable<TrainerRequest["keep"]>["test"]>,
): TestEvaluation {
  const files = openLabelledDataset(test.path, test.digest);
  // Its last classes may not occur in the test set: the network has those it was trained on.
  const { classes } = opened.dataset.header;
  const dataset = { ...files, header: { ...files.header, classes } };
  const model = openModel(binding, { ...opened, dataset }, "test-graph");
  model.writeState(trained.readState());
  const evaluation = model.evaluate(Int32Array.from(Array(dataset.header.count).keys()));
  model.close();
  const { probabilities } = evaluation;
  writeFileAtomic(test.probabilitiesFile, new Uint8Array(probabilities.buffer));
  return scoreTest(evaluation, files.labelsFile, classes);
}
