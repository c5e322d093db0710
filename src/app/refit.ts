import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { planCnn } from "../cnn/shapes.ts";
import { explainMisfit } from "../core/dataset-sanity.ts";
import type { Effects } from "../core/effects.ts";
import { BsweepError } from "../core/errors.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { formatDuration } from "../core/quantities.ts";
import { isCnnStudy } from "../core/study.ts";
import type { RefittedModel } from "../formats/model-file.ts";
import type { Layout } from "../workspace/layout.ts";
import { openModel } from "../workspace/models.ts";
import { openPackedDataset } from "../workspace/packed-dataset.ts";
import { loadStudy } from "./plan/load-study.ts";
import { type Choice, chooseModels, type RefitOptions } from "./refit/choose.ts";
import { runAll, workersFor } from "./run-all.ts";
import { type RefitTest, summariseTest } from "./refit/judge-test.ts";
import { tidyStudy } from "./tidy.ts";
import { type NamedData, type RefitSetting, trainModel } from "./refit/train-model.ts";

/** What `refit` made, or found made. */
export interface RefitReport {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly studyFile: string;
  /** In the order of the ranking, then by seed. */
  readonly models: readonly RefitModel[];
  /** Over the models that were judged on a test set; null without one. */
  readonly test: RefitTest | null;
  /** True when it was stopped; running it again goes on. */
  readonly interrupted: boolean;
  readonly seconds: number;
}

/** A model, and whether it was there already. */
export interface RefitModel extends Pick<
  RefittedModel,
  "name" | "seed" | "epochs" | "seconds" | "test"
> {
  /** Null when the study left nothing to choose. */
  readonly trial: number | null;
  readonly existed: boolean;
}

/**
 * Trains the study's best parameters on every row, without hold-out or early stopping, for the epoch that was
 * selected; keeps the weights under `models/<study>`; then judges each model on the test set, once.
 * What is there already is left as it is.
 * @throws BsweepError CONFLICT without ranked trials, or when a model of another making has the name;
 *   INVALID_STUDY, INVALID_DATA
 */
export async function refitStudy(options: RefitOptions, effects: Effects): Promise<RefitReport> {
  const startedAt = effects.now().getTime();
  const { study } = loadStudy(options);
  if (!isCnnStudy(study)) {
    throw new BsweepError("INVALID_STUDY", `${study.file} trains with a command of its own`, {
      hint: `refit trains the built-in CNN only; bsweep best ${study.file} has the parameters`,
    });
  }
  const { layout } = options;
  tidyStudy(layout, study.name, effects);
  const train = openData(layout, study.data.train);
  const test = study.data.test === undefined ? null : openData(layout, study.data.test);
  requireAlike(train, test);
  const choices = await chooseModels(study, options, effects);
  const planning = choices[0] && planCnn(choices[0].params, train.header);
  if (planning?.ok === false)
    throw new BsweepError("INVALID_STUDY", `there is no such network: ${planning.reason}`);
  const modelsFolder = layout.models(study.name);
  const progress = trackEpochs(choices, effects);
  const setting: RefitSetting = {
    ...{ study, train, test, modelsFolder, signal: options.signal },
    onEpoch: progress.advance,
  };
  const made = await refitAll(choices, setting, options, progress);
  effects.reporter.endProgress();
  const models = made.filter((entry) => entry !== undefined);
  const labels = test && readFileSync(join(test.folder, test.header.labels?.file ?? ""));
  return {
    study: study.name,
    studyFile: options.studyFile,
    models: models.map(
      ({ existed, model: { name, trial, seed, epochs, seconds, test: score } }) => ({
        ...{ name, trial: trial?.number ?? null, seed, epochs, seconds, existed, test: score },
      }),
    ),
    test: labels && summariseTest(models, labels, modelsFolder),
    interrupted: options.signal.aborted,
    seconds: (effects.now().getTime() - startedAt) / 1000,
  };
}

function openData(layout: Layout, path: string): NamedData {
  const { header, folder } = openPackedDataset(layout.resolve(path));
  if (header.classes === 0)
    throw new BsweepError("INVALID_DATA", `the data set in ${folder} has no labels`, {
      hint: "rows to be predicted are for bsweep predict",
    });
  return { path, folder, header };
}

function requireAlike(train: NamedData, test: NamedData | null): void {
  const misfit = test && explainMisfit(test.header, train.header);
  if (!misfit) return;
  throw new BsweepError("INVALID_DATA", `the test set in ${test.folder} does not fit: ${misfit}`, {
    hint: "prepare it again, with --classes if the last classes do not occur",
  });
}

interface Made {
  readonly model: RefittedModel;
  readonly existed: boolean;
}

async function refitAll(
  choices: readonly Choice[],
  setting: RefitSetting,
  { workers, force, signal }: RefitOptions,
  progress: ReturnType<typeof trackEpochs>,
): Promise<readonly (Made | undefined)[]> {
  const atOnce = workers ?? workersFor(setting.study.resources.cpus);
  return runAll(choices, atOnce, signal, async (choice): Promise<Made | undefined> => {
    const folder = join(setting.modelsFolder, choice.name);
    if (!force && existsSync(folder)) {
      progress.skip(choice.epochs);
      return { model: requireSame(openModel(folder).model, choice, setting), existed: true };
    }
    const model = await trainModel(choice, setting);
    return model === undefined ? undefined : { model, existed: false };
  });
}

/** A model that is there counts only when it would come out the same. */
function requireSame(model: RefittedModel, choice: Choice, setting: RefitSetting): RefittedModel {
  const { train, test, study } = setting;
  const { params, epochs, trainingSeed } = choice;
  const { precision } = study.trainer;
  const wanted = { params, epochs, trainingSeed, precision, data: train.header.digest };
  const found = {
    ...{ params: model.params, epochs: model.epochs, trainingSeed: model.trainingSeed },
    ...{ precision: model.precision, data: model.dataset.digest },
  };
  const tested = test === null || model.test?.digest === test.header.digest;
  if (canonicalJson(found) === canonicalJson(wanted) && tested) return model;
  throw new BsweepError(
    "CONFLICT",
    `models/${study.name}/${model.name} is there and is of other parameters, data or seed`,
    { hint: "--force trains it again; or rename the study" },
  );
}

/** Tells how many epochs of all trainings are done. */
function trackEpochs(choices: readonly Choice[], effects: Effects) {
  const total = choices.reduce((sum, { epochs }) => sum + epochs, 0);
  const startedAt = effects.now().getTime();
  let done = 0;
  // Of those, the ones this run trained.
  let trained = 0;
  return {
    /** Epochs of a model that was there already. */
    skip: (epochs: number): void => void (done += epochs),
    advance: (): void => {
      done += 1;
      trained += 1;
      const seconds = (effects.now().getTime() - startedAt) / 1000;
      const left = ((total - done) * seconds) / trained;
      const note = left > 0 ? { note: `about ${formatDuration(left)} left` } : {};
      effects.reporter.progress({ label: "epochs", done, total, ...note });
    },
  };
}
