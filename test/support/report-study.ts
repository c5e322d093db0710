import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { splitRows } from "../../src/cnn/split.ts";
import { randomFor } from "../../src/core/random.ts";
import type { Parameters } from "../../src/core/study.ts";
import type { Failure, Trial, TrialResult } from "../../src/core/trial.ts";
import { computeDatasetDigest, formatDatasetHeader } from "../../src/formats/dataset-header.ts";
import { CNN_TRAINER } from "../../src/cnn/parameters.ts";
import {
  makeFailure,
  makeResult,
  makeTrial,
  placeOf,
  type PlannedRound,
  writeResult,
  writeRound,
} from "./results.ts";

const SPACE = {
  learningRate: [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.03],
  filters: [8, 16, 32, 64],
  dropout: [0, 0.1, 0.2, 0.3, 0.4, 0.5],
  batchSize: [16, 32, 64, 128],
  denseUnits: [32, 64, 128, 256],
  activation: ["relu", "elu", "tanh", "sigmoid"],
};
const CLASSES = 10;
const SIDE = 28;

export interface ReportStudyOptions {
  /** Replicates one by one; of different parameters there are 13,824. */
  readonly trials: number;
  /** Rows of the data set; a tenth is held out. */
  readonly rows?: number;
  /** Of each set of parameters. */
  readonly replicates?: number;
  /** Every so many-th trial fails; 0: none. */
  readonly failing?: number;
}

export interface ReportStudy {
  readonly workspace: string;
  readonly studyFile: string;
  readonly planned: PlannedRound;
}

/**
 * A collected-to-be study that looks like one of MNIST's: accuracies that depend on parameters, learning curves of ten
 * epochs with five measurements each, predictions that go wrong on hard rows, twelve hosts. Seeded.
 */
export function writeReportStudy(workspace: string, options: ReportStudyOptions): ReportStudy {
  const { trials: wanted, rows = 2000, replicates = 1, failing = 17 } = options;
  const { digest, labels } = writeDigits(join(workspace, "data", "digits"), rows);
  const held = splitRows(labels, { holdout: 0.1, validation: 0, seed: 1 }).holdout;
  const truth = Uint8Array.from(held, (row) => labels[row] ?? 0);
  const trials = listCombinations()
    .slice(0, Math.ceil(wanted / replicates))
    .flatMap((params) =>
      Array.from({ length: replicates }, (_, replicate) => ({ params, replicate })),
    )
    .slice(0, wanted)
    .map(({ params, replicate }, place) => makeTrial(place + 1, params, { replicate }));
  const planned: PlannedRound = { workspace, study: "digits", round: 1, arraySize: 1000, trials };
  const holdout = { fraction: 0.1, seed: 1 };
  writeRound(planned, {
    setting: { trainer: CNN_TRAINER, precision: "float32", datasetDigest: digest, holdout },
    dataset: { path: "data/digits", digest, holdout },
  });
  const random = randomFor(1, "report study");
  for (const [place, trial] of trials.entries()) {
    const { array, index } = placeOf(planned, place);
    const isFailing = failing > 0 && place % failing === failing - 1;
    writeResult(
      planned,
      array,
      isFailing
        ? { ...makeFailure(trial, index, failureOf(place)), ...whereOf(place, 20 * random.next()) }
        : completeResult(trial, index, { truth, place, random }),
    );
  }
  return { workspace, planned, studyFile: writeStudyFile(workspace) };
}

function writeStudyFile(workspace: string): string {
  const studyFile = join(workspace, "study.yaml");
  const study = {
    study: "digits",
    data: { train: "data/digits", holdout: 0.1 },
    trainer: { kind: "cnn", epochs: 10 },
    space: SPACE,
    sampler: { kind: "grid", seed: 1 },
    cluster: { site: "local" },
  };
  writeFileSync(studyFile, JSON.stringify(study));
  return studyFile;
}

/** In an order in which every beginning has all values. */
function listCombinations(): readonly Parameters[] {
  const all = Object.entries(SPACE).reduce<Record<string, number | string>[]>(
    (found, [name, values]) =>
      found.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  );
  const random = randomFor(2, "order");
  const keys = all.map(() => random.next());
  return all
    .map((params, place) => ({ params, key: keys[place] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ params }) => params);
}

/** Digits that are strokes at places of their own. */
export function writeDigits(folder: string, rows: number): { digest: string; labels: Uint8Array } {
  mkdirSync(folder, { recursive: true });
  const labels = Uint8Array.from({ length: rows }, (_, row) => row % CLASSES);
  const content = {
    schemaVersion: 1 as const,
    ...{ count: rows, height: SIDE, width: SIDE, channels: 1, classes: CLASSES },
    classCounts: Array.from(
      { length: CLASSES },
      (_, name) => labels.filter((label) => label === name).length,
    ),
    images: { file: "images.bin", bytes: rows * SIDE * SIDE, sha256: "a".repeat(64) },
    labels: { file: "labels.bin", bytes: rows, sha256: "b".repeat(64) },
  };
  const header = { ...content, digest: computeDatasetDigest(content) };
  writeFileSync(join(folder, "dataset.json"), formatDatasetHeader(header));
  writeFileSync(join(folder, "labels.bin"), labels);
  const images = join(folder, "images.bin");
  writeFileSync(images, drawDigits(labels.subarray(0, 5000)));
  truncateSync(images, header.images.bytes);
  return { digest: header.digest, labels };
}

function drawDigits(labels: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(labels.length * SIDE * SIDE);
  for (const [row, label] of labels.entries())
    for (let at = 4; at < 24; at++) {
      const across = 4 + 2 * label;
      pixels[row * SIDE * SIDE + at * SIDE + across] = 255;
      pixels[row * SIDE * SIDE + at * SIDE + ((across + at * row) % SIDE)] = 128;
    }
  return pixels;
}

function failureOf(place: number): Failure {
  return place % 2 === 0
    ? { kind: "out-of-memory", message: "the trainer used 4.1 GB of 4 GB", stderrTail: "Killed" }
    : {
        ...{ kind: "error", message: "the trainer ended with status 1" },
        stderrTail: `Traceback (most recent call last):\n  trial ${place}\n\u001b[31mValueError: nan\u001b[0m`,
      };
}

function whereOf(
  place: number,
  seconds: number,
): Pick<TrialResult, "timing" | "usage" | "element"> {
  const startedAt = new Date(
    Date.UTC(2026, 0, 2, 4) + Math.floor(place / 24) * 65_000 + (place % 24) * 1000,
  );
  return {
    timing: { startedAt: startedAt.toISOString(), seconds },
    usage: { peakMemoryMiB: 500 + (place % 97), cpuSeconds: 0.93 * seconds },
    element: {
      job: String(1000 + Math.floor(place / 1000)),
      index: (place % 1000) + 1,
      host: `exec-${(place % 12) + 1}`,
    },
  };
}

function completeResult(
  trial: Trial,
  index: number,
  { truth, place, random }: { truth: Uint8Array; place: number; random: { next(): number } },
): TrialResult {
  const { learningRate, filters, dropout } = trial.params as Record<string, number>;
  const skill =
    0.985 -
    0.02 * Math.abs(Math.log10((learningRate ?? 1) / 0.003)) -
    0.3 / (filters ?? 8) -
    0.01 * (dropout ?? 0);
  const predictions = Uint8Array.from(truth, (label, row) => {
    const hardness = ((row * 7919) % 1000) / 1000;
    return random.next() < (1 - skill) * (hardness > 0.9 ? 8 : 0.2)
      ? (label + 1 + (row % 3)) % CLASSES
      : label;
  });
  const correct = predictions.reduce((sum, said, row) => sum + Number(said === truth[row]), 0);
  const accuracy = correct / truth.length;
  const noise = (size: number): number => (random.next() - 0.5) * size;
  return makeResult(trial, index, 0, {
    objective: accuracy,
    metrics: {
      holdoutAccuracy: accuracy,
      holdoutLoss: 3 * (1 - accuracy) + 0.01 * random.next(),
      macroF1: accuracy - 0.001 * random.next(),
      selectedEpoch: 1 + Math.floor(10 * random.next()),
    },
    holdout: {
      correct,
      count: truth.length,
      predictions: Buffer.from(predictions).toString("base64"),
    },
    model: {
      parameters: 3000 * (filters ?? 8) + 10 * Number(trial.params["denseUnits"]),
      flopsPerExample: 5e6,
    },
    history: Array.from({ length: 10 }, (_, epoch) => {
      const reached = accuracy * (1 - 0.3 * Math.exp(-epoch / 2));
      return {
        step: epoch + 1,
        metrics: {
          loss: 2 * (1 - reached) + noise(0.02),
          accuracy: reached + noise(0.01),
          validationLoss: 2.1 * (1 - reached) + noise(0.03),
          validationAccuracy: reached + noise(0.02),
          learningRate: learningRate ?? 0,
        },
        seconds: 5 + random.next(),
      };
    }),
    warnings: place % 50 === 0 ? ["`model` is left out, for model.parameters: expected int"] : [],
    ...whereOf(place, 40 + 30 * random.next()),
  });
}

/** The database that `collect` makes of a workspace. */
export function databaseOf({ workspace }: Pick<ReportStudy, "workspace">): string {
  return join(workspace, "results", "digits", "study.sqlite");
}
