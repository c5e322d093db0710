import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, valueOr } from "../../core/errors.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import { sha256 } from "../../core/identity.ts";
import type { RefittedModel, TestScore } from "../../formats/model-file.ts";
import type { CnnStudy } from "../../core/study.ts";
import { RUN_AGAIN_STATUS, type TrainerReport } from "../../core/trial.ts";
import { parseRefusal, type TrainerRequest } from "../../formats/trainer-request.ts";
import { formatModelFile } from "../../formats/model-file.ts";
import { readProgressLine } from "../../formats/told-steps.ts";
import { parseTrainerReport } from "../../formats/trainer-report.ts";
import { Warnings } from "../../formats/warnings.ts";
import { runNodeLines } from "../../process/exec.ts";
import { replaceFolder, writeFileAtomic } from "../../workspace/atomic.ts";
import { describeModel, MODEL_FILE, WEIGHTS_FILE } from "../../workspace/models.ts";
import { builtProgram } from "../../workspace/package.ts";
import { describePackedFile, type PackedDataset } from "../../workspace/packed-dataset.ts";
import type { Choice } from "./choose.ts";

/** What holds where a line does not say; the trainer's lines do. */
const FIRST = { step: 1, seconds: 0 };

const PROBABILITIES_FILE = "test-probabilities.bin";
const LOG_FILE = "training.log";
/** For a checkpoint, when it is told to stop. */
const GRACE_SECONDS = 60;

/** A data set as the study names it, and where it stands. */
export interface NamedData extends Pick<PackedDataset, "folder" | "header"> {
  readonly path: string;
}

export interface RefitSetting {
  readonly study: CnnStudy;
  readonly train: NamedData;
  readonly test: NamedData | null;
  /** `models/<study>`, absolute. */
  readonly modelsFolder: string;
  readonly signal: AbortSignal;
  readonly onEpoch: () => void;
}

/**
 * Trains one model in a child process and puts its folder in place, whole. Until then it stands in a hidden
 * folder beside, with checkpoints: run again, it goes on.
 * @returns undefined when it was stopped
 * @throws BsweepError with what the trainer said
 */
export async function trainModel(
  choice: Choice,
  setting: RefitSetting,
): Promise<RefittedModel | undefined> {
  const folder = join(setting.modelsFolder, `.${choice.name}`);
  mkdirSync(join(folder, "scratch"), { recursive: true });
  const request = createRequest(choice, setting, folder);
  const requestFile = join(folder, "scratch", "request.json");
  writeFileAtomic(requestFile, JSON.stringify(request));
  const started = performance.now();
  const lines: string[] = [];
  const unread = new Warnings();
  const run = await runNodeLines([builtProgram("trainer/main.js"), requestFile], {
    env: {},
    signal: setting.signal,
    graceSeconds: GRACE_SECONDS,
    onLine: (line) => {
      lines.push(line);
      // A log that cannot be written costs no training.
      valueOr(undefined, () => appendFileSync(join(folder, LOG_FILE), `${line}\n`));
      if (readProgressLine(line, FIRST, unread) !== undefined) setting.onEpoch();
    },
  });
  if (run.exitStatus === RUN_AGAIN_STATUS || setting.signal.aborted) return undefined;
  if (run.exitStatus !== 0)
    throw readRefusal(choice, request) ?? trainerFailed(choice, run.failure, lines);
  const seconds = (performance.now() - started) / 1000;
  const report = parseTrainerReport(readFileSync(request.reportFile, "utf8"), request.reportFile);
  if (report.failure !== undefined) throw trainerFailed(choice, report.failure.message, []);
  const model = describeTrained(choice, setting, folder, { report, seconds });
  writeFileAtomic(join(folder, MODEL_FILE), formatModelFile(model));
  for (const name of ["scratch", "checkpoints"])
    rmSync(join(folder, name), { recursive: true, force: true });
  replaceFolder(folder, join(setting.modelsFolder, choice.name));
  return model;
}

function createRequest(choice: Choice, setting: RefitSetting, folder: string): TrainerRequest {
  const { study, train, test } = setting;
  const { checkpointSeconds, cpus } = study.resources;
  const checkpoint = { folder: join(folder, "checkpoints"), seconds: checkpointSeconds ?? 0 };
  const { params, epochs, trainingSeed } = choice;
  const { precision } = study.trainer;
  const { digest } = train.header;
  // A name for the checkpoints that no other parameters, data or seed share.
  const identity = canonicalJson({ params, epochs, trainingSeed, data: digest, precision });
  const probabilitiesFile = join(folder, PROBABILITIES_FILE);
  return {
    schemaVersion: 1,
    trialId: sha256(identity).slice(0, 16),
    params: { ...params },
    resource: { epochs },
    seed: trainingSeed,
    threads: cpus,
    precision,
    dataset: { path: train.folder, digest, holdout: null },
    checkpoint: checkpointSeconds === null ? null : checkpoint,
    endsAt: null,
    memoryMiB: null,
    gpus: 0,
    keep: {
      weightsFile: join(folder, WEIGHTS_FILE),
      test: test && { path: test.folder, digest: test.header.digest, probabilitiesFile },
    },
    reportFile: join(folder, "scratch", "report.json"),
    scratchFolder: join(folder, "scratch"),
  };
}

function describeTrained(
  choice: Choice,
  { study, train, test }: RefitSetting,
  folder: string,
  { report, seconds }: { report: TrainerReport; seconds: number },
): RefittedModel {
  const { header, path } = train;
  const { numerics, metrics } = report;
  if (numerics === undefined) throw new Error("the trainer told no numerics");
  const { precision } = study.trainer;
  const told = { study: study.name, ...choice, seconds, numerics, precision };
  const dataset = { path, digest: header.digest, rows: header.count };
  return describeModel(
    { ...told, dataset, test: test && describeTest(test, folder, metrics) },
    header,
    folder,
  );
}

function describeTest(
  { path, header }: NamedData,
  folder: string,
  metrics: TrainerReport["metrics"],
): TestScore {
  const metric = (name: string): number => metrics[name] ?? NaN;
  return {
    path,
    digest: header.digest,
    rows: header.count,
    correct: metric("testCorrect"),
    accuracy: metric("testAccuracy"),
    loss: metric("testLoss"),
    macroF1: metric("testMacroF1"),
    probabilities: describePackedFile(folder, PROBABILITIES_FILE),
  };
}

/** What the trainer says in place of its report; undefined when it does not. */
function readRefusal({ name }: Choice, { reportFile }: TrainerRequest): BsweepError | undefined {
  const refusal = existsSync(reportFile)
    ? parseRefusal(readFileSync(reportFile, "utf8"))
    : undefined;
  if (refusal === undefined) return undefined;
  const { code, message, issues, hint } = refusal;
  const options = { issues, ...(hint === undefined ? {} : { hint }) };
  return new BsweepError(code, `model ${name} was not trained: ${message}`, options);
}

const TOLD_LINES = 6;

function trainerFailed({ name }: Choice, failure: string, lines: readonly string[]): BsweepError {
  const said = lines.slice(-TOLD_LINES).map((line) => `  ${line}`);
  return new BsweepError("WORKSPACE", `model ${name} was not trained: ${failure}`, {
    hint: ["the trainer said last:", ...said].join("\n"),
  });
}
