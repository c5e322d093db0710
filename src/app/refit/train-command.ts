import { closeSync, existsSync, mkdirSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { BsweepError, valueOr } from "../../core/errors.ts";
import type { CommandStudy } from "../../core/study.ts";
import { variableOf } from "../../core/trainer-command.ts";
import { explainFailure, type Trial, type TrainerReport } from "../../core/trial.ts";
import { type CommandModel, formatCommandModel } from "../../formats/command-model.ts";
import type { RunSetup } from "../../rounds/run-setup.ts";
import { replaceFolder, writeFileAtomic } from "../../workspace/atomic.ts";
import { describeCheckpoints, removeCheckpointFolder } from "../../workspace/checkpoint-folder.ts";
import { listTree, readPlainFile } from "../../workspace/folder.ts";
import type { Layout } from "../../workspace/layout.ts";
import { COMMAND_MODEL_FILE } from "../../workspace/models.ts";
import { packageVersion } from "../../workspace/package.ts";
import { describePackedFile } from "../../workspace/packed-dataset.ts";
import type { Choice, RefitOptions } from "./choose.ts";
import type { NamedData } from "./data.ts";

const LOG_FILE = "training.log";
const PROBABILITIES_FILE = "test-probabilities.bin";
const LEFT = "artifacts";
/** Says which training an unfinished folder is of. */
const MARK = "training";
const CHECKPOINTS = "checkpoints";

interface CommandSetting {
  readonly study: CommandStudy;
  readonly train: NamedData | null;
  readonly test: NamedData | null;
  /** `models/<study>`, absolute. */
  readonly modelsFolder: string;
  readonly layout: Layout;
  readonly signal: AbortSignal;
  readonly run: RefitOptions["runCommand"];
}

/**
 * Runs the command once and puts what it left in place, whole, with its description. Until then it stands in a hidden folder beside, with
 * checkpoints: run again, it goes on.
 * @returns undefined when it was stopped
 * @throws BsweepError with what the command said
 */
export async function trainCommand(
  choice: Choice,
  trial: Trial,
  setup: RunSetup,
  setting: CommandSetting,
  { reporter }: Effects,
): Promise<CommandModel | undefined> {
  const folder = join(setting.modelsFolder, `.${choice.name}`);
  const place = makePlace(folder, trial, setup);
  const output = openSync(join(folder, LOG_FILE), "a");
  const probabilitiesFile = join(folder, PROBABILITIES_FILE);
  const { layout, signal } = setting;
  const end = await setting
    .run({ trial, setup, layout, signal, ...place, probabilitiesFile, output })
    .finally(() => closeSync(output));
  if (end.end === "stopped") return undefined;
  if (end.end === "failed") throw notTrained(choice, explainFailure(end.failure), folder);
  for (const warning of end.warnings) reporter.warn(`model ${choice.name}: ${warning}`);
  if (listTree(place.artifactFolder).length === 0) throw leftNothing(choice, folder);
  const model = describe(choice, setting, folder, end);
  writeFileAtomic(join(folder, COMMAND_MODEL_FILE), formatCommandModel(model));
  removeCheckpointFolder(join(folder, CHECKPOINTS));
  rmSync(join(folder, MARK), { force: true });
  replaceFolder(folder, join(setting.modelsFolder, choice.name));
  return model;
}

/** What an earlier run of the same training has left is gone on with, where it has a checkpoint. */
function makePlace(folder: string, { trialId }: Trial, { limits }: RunSetup) {
  const checkpoints = join(folder, CHECKPOINTS);
  const artifactFolder = join(folder, LEFT);
  const mark = join(folder, MARK);
  const isSame = valueOr("", () => readPlainFile(mark)) === trialId;
  if (!isSame || describeCheckpoints(checkpoints) === "")
    rmSync(folder, { recursive: true, force: true });
  for (const each of [checkpoints, artifactFolder]) mkdirSync(each, { recursive: true });
  writeFileAtomic(mark, trialId);
  const saves = limits.checkpointSeconds !== null;
  return { artifactFolder, checkpointFolder: saves ? checkpoints : undefined };
}

function describe(
  { name, trial, seed, trainingSeed, params, epochs }: Choice,
  { study, train, test }: CommandSetting,
  folder: string,
  { report, seconds }: { readonly report: TrainerReport; readonly seconds: number },
): CommandModel {
  const left = join(folder, LEFT);
  return {
    ...{ schemaVersion: 1, kind: "command", study: study.name },
    ...{ name, trial, seed, trainingSeed, params, epochs },
    command: [...study.trainer.command],
    version: study.trainer.version,
    dataset: train && { path: train.path, digest: train.header.digest, rows: train.header.count },
    testDigest: test?.header.digest ?? null,
    test: test && describeTest(test, folder, report),
    metrics: report.metrics,
    seconds,
    files: listTree(left).map((file) => describePackedFile(folder, `${LEFT}/${file}`)),
    bsweep: packageVersion(),
  };
}

/** Null where it told no predictions. */
function describeTest(
  { path, header }: NamedData,
  folder: string,
  { holdout }: TrainerReport,
): CommandModel["test"] {
  if (holdout?.count !== header.count) return null;
  const { correct, count: rows } = holdout;
  const told = { path, rows, correct, accuracy: correct / rows };
  const leaves = existsSync(join(folder, PROBABILITIES_FILE));
  return { ...told, probabilities: leaves ? describePackedFile(folder, PROBABILITIES_FILE) : null };
}

function leftNothing(choice: Choice, folder: string): BsweepError {
  const variable = variableOf("artifacts");
  return notTrained(
    choice,
    `the command ended in order, and left nothing in the folder that ${variable} names`,
    folder,
    `save the model there (docs/custom-trainer.md, The model); \`"{{artifacts}}"\` in the command names the folder too`,
  );
}

function notTrained(
  { name }: Choice,
  reason: string,
  folder: string,
  hint = `it wrote to ${join(folder, LOG_FILE)}`,
): BsweepError {
  return new BsweepError("WORKSPACE", `model ${name} was not trained: ${reason}`, { hint });
}
