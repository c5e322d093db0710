import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatManifestLine } from "../../src/formats/manifest.ts";
import { formatResult } from "../../src/formats/result-file.ts";
import { formatRoundFile, type Round } from "../../src/formats/round-file.ts";
import { CNN_TRAINER } from "../../src/cnn/parameters.ts";
import { computeTrialId } from "../../src/core/identity.ts";
import type { Parameters } from "../../src/core/study.ts";
import type { Trial, TrialResult } from "../../src/core/trial.ts";
import {
  arrayName,
  createLayout,
  manifestName,
  resultName,
  ROUND_FILE,
} from "../../src/workspace/layout.ts";

/** A study's round as it lies in a workspace: one trial an element, arrays of `arraySize`. */
export interface PlannedRound {
  readonly workspace: string;
  readonly study: string;
  readonly round: number;
  readonly arraySize: number;
  readonly trials: readonly Trial[];
}

export const HOLDOUT_ROWS = 4200;

export function makeTrial(number: number, params: Parameters, other: Partial<Trial> = {}): Trial {
  const replicate = other.replicate ?? 0;
  const resource = other.resource ?? { epochs: 10 };
  const setting = {
    studySeed: 1,
    resource,
    trainer: { name: "test", revision: 1 },
    datasetDigest: "sha256:d",
    holdout: { fraction: 0.1, seed: 1 },
    precision: "float32",
  } as const;
  const trialId = computeTrialId({ params, replicate, setting });
  return { number, trialId, params, seed: number, attempt: 1, replicate, resource, ...other };
}

/** Writes jobs/<study>/round-NNN/{round.json, array-NN.trials.jsonl} as `generate` does. */
export function writeRound(planned: PlannedRound, other: Partial<Round> = {}): void {
  const { workspace, study, round, arraySize, trials } = planned;
  const folder = createLayout(workspace).round(study, round);
  mkdirSync(folder, { recursive: true });
  const arrays = Array.from({ length: Math.ceil(trials.length / arraySize) }, (_, position) => {
    const own = trials.slice(position * arraySize, (position + 1) * arraySize);
    const manifest = manifestName(position + 1);
    const lines = own.map((trial, line) =>
      formatManifestLine({ schemaVersion: 1, index: line + 1, trials: [trial] }),
    );
    writeFileSync(join(folder, manifest), `${lines.join("\n")}\n`);
    const name = arrayName(position + 1);
    return {
      array: position + 1,
      elements: own.length,
      jobName: `${study}-${name}`,
      manifest,
      script: `${name}.bsub`,
    };
  });
  const file: Round = {
    schemaVersion: 1,
    study,
    round,
    kind: round === 1 ? "initial" : "extension",
    nonce: "00c0ffee",
    createdAt: "2026-01-02T03:04:05Z",
    bsweep: "0.1.0",
    objective: { metric: "holdoutAccuracy", direction: "maximize" },
    setting: {
      trainer: CNN_TRAINER,
      precision: "float32",
      datasetDigest: "sha256:d",
      holdout: { fraction: 0.1, seed: 1 },
    },
    dataset: { path: "data/digits", digest: "sha256:d", holdout: { fraction: 0.1, seed: 1 } },
    trainer: { kind: "cnn", precision: "float32" },
    limits: { cpus: 1, memoryMiB: 4096, walltimeSeconds: 1800, checkpointSeconds: null },
    cluster: null,
    arrays,
    trials: trials.length,
    inputs: {},
    ...other,
  };
  writeFileSync(join(folder, ROUND_FILE), formatRoundFile(file));
}

/** The round that tries all of these trials again, each one attempt further. */
export function retryOf(planned: PlannedRound): PlannedRound {
  const trials = planned.trials.map((trial) => ({ ...trial, attempt: trial.attempt + 1 }));
  return { ...planned, round: planned.round + 1, trials };
}

/** Array and index of the trial at `position` of a planned round. */
export function placeOf(planned: PlannedRound, position: number): { array: number; index: number } {
  const { arraySize } = planned;
  return { array: Math.floor(position / arraySize) + 1, index: (position % arraySize) + 1 };
}

/** A complete result with `correct` of the hold-out's rows right; `other` replaces fields. */
export function makeResult(
  trial: Trial,
  index: number,
  correct: number,
  other: Partial<TrialResult> = {},
): TrialResult {
  const accuracy = correct / HOLDOUT_ROWS;
  const predictions = Buffer.alloc(HOLDOUT_ROWS, trial.number % 251).toString("base64");
  return {
    schemaVersion: 2,
    trialId: trial.trialId,
    number: trial.number,
    attempt: trial.attempt,
    state: "complete",
    objective: accuracy,
    metrics: { holdoutAccuracy: accuracy, holdoutLoss: 1.5 - accuracy, validationAccuracy: 0.9921 },
    holdout: { correct, count: HOLDOUT_ROWS, predictions },
    model: { parameters: 225034, flopsPerExample: 5260000 },
    history: Array.from({ length: trial.resource.epochs }, (_, epoch) => ({
      step: epoch + 1,
      metrics: {
        loss: 1 / (epoch + 2),
        accuracy: 1 - 1 / (epoch + 3),
        validationLoss: 1 / (epoch + 2.5),
        validationAccuracy: 1 - 1 / (epoch + 4),
      },
      seconds: 6.125,
    })),
    params: trial.params,
    replicate: trial.replicate,
    seed: trial.seed,
    resource: trial.resource,
    failure: null,
    earlyEnd: null,
    warnings: [],
    timing: { startedAt: "2026-01-02T04:00:00.000Z", seconds: 64.25 },
    usage: { peakMemoryMiB: 612, cpuSeconds: 118.5 },
    element: { job: "123", index, host: "compute1-exec-1" },
    numerics: { tensorflow: "2.21.0", cpu: "Xeon", threads: 1, precision: "float32" },
    software: { bsweep: "0.1.0" },
    ...other,
  };
}

export function makeFailure(
  trial: Trial,
  index: number,
  failure: NonNullable<TrialResult["failure"]>,
): TrialResult {
  return makeResult(trial, index, 0, {
    state: "failed",
    objective: null,
    metrics: {},
    holdout: null,
    model: null,
    history: [],
    failure,
  });
}

/** Writes a result where its element would; gives the file's path. */
export function writeResult(
  planned: PlannedRound,
  array: number,
  result: TrialResult,
  nonce = "a1",
): string {
  const { trialId, attempt, element } = result;
  const name = resultName(element.index, trialId, attempt, nonce);
  return writeResultFile(planned, array, name, formatResult(result));
}

export function writeResultFile(
  planned: PlannedRound,
  array: number,
  name: string,
  text: string,
): string {
  const { workspace, study, round } = planned;
  const folder = join(createLayout(workspace).roundResults(study, round), arrayName(array));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}
