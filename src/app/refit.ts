import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Effects } from "../core/effects.ts";
import { formatDuration } from "../core/quantities.ts";
import { isCnnStudy, type Study } from "../core/study.ts";
import { withScratchFolder } from "../workspace/scratch.ts";
import { loadStudy } from "./plan/load-study.ts";
import { type Choice, chooseModels, type RefitOptions } from "./refit/choose.ts";
import { refitCnn } from "./refit/cnn.ts";
import { refitByCommand } from "./refit/command.ts";
import { type RefitTest, summariseTest } from "./refit/judge-test.ts";
import { requireSame } from "./refit/same.ts";
import type { RefitFacts, RefitScene, RefitWay } from "./refit/way.ts";
import { runAll, workersFor } from "./run-all.ts";
import { tidyStudy } from "./tidy.ts";

/** What `refit` made, or found made. */
export interface RefitReport {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly studyFile: string;
  /** Whether `predict` and `export` take them. */
  readonly predicts: boolean;
  /** In the order of the ranking, then by seed. */
  readonly models: readonly RefitModel[];
  /** Over the models that were judged on a test set; null without one. */
  readonly test: RefitTest | null;
  /** True when it was stopped; running it again goes on. */
  readonly interrupted: boolean;
  readonly seconds: number;
}

/** A model, and whether it was there already. */
export interface RefitModel extends Omit<RefitFacts, "trial"> {
  /** Null when the study left nothing to choose. */
  readonly trial: number | null;
  readonly existed: boolean;
}

/**
 * Trains the study's best parameters on every row, without hold-out or early stopping, for the epoch that was
 * selected; keeps what comes of it under `models/<study>`; then judges each model on the test set, once.
 * What is there already is left as it is.
 * @throws BsweepError CONFLICT without ranked trials, or when a model of another making has the name;
 *   INVALID_STUDY, INVALID_DATA; WORKSPACE with what a command said
 */
export async function refitStudy(options: RefitOptions, effects: Effects): Promise<RefitReport> {
  const { study } = loadStudy(options);
  const { layout } = options;
  tidyStudy(layout, study.name, effects);
  const scene = { options, effects, modelsFolder: layout.models(study.name) };
  if (isCnnStudy(study)) return refitBy(refitCnn({ ...scene, study }), study, scene);
  return withScratchFolder("refit", (folder) =>
    refitBy(refitByCommand({ ...scene, study }, folder), study, scene),
  );
}

async function refitBy<M extends RefitFacts>(
  way: RefitWay<M>,
  study: Study,
  scene: Omit<RefitScene<Study>, "study">,
): Promise<RefitReport> {
  const { options, effects } = scene;
  const startedAt = effects.now().getTime();
  const choices = await chooseModels(study, way.resolve, options, effects);
  for (const choice of choices.slice(0, 1)) way.check(choice);
  const made = await refitAll(way, choices, study, scene);
  effects.reporter.endProgress();
  const models = made.filter((entry) => entry !== undefined);
  return {
    study: study.name,
    studyFile: options.studyFile,
    predicts: isCnnStudy(study),
    models: models.map(
      ({ existed, model: { name, trial, seed, epochs, seconds, test: score } }) => ({
        ...{ name, trial: trial?.number ?? null, seed, epochs, seconds, existed, test: score },
      }),
    ),
    test: summarise(
      way,
      models.map(({ model }) => model),
      scene.modelsFolder,
    ),
    interrupted: options.signal.aborted,
    seconds: (effects.now().getTime() - startedAt) / 1000,
  };
}

function summarise<M extends RefitFacts>(
  { data, probabilitiesOf }: RefitWay<M>,
  models: readonly M[],
  modelsFolder: string,
): RefitTest | null {
  const test = data?.test ?? null;
  if (data === null || test === null) return null;
  const labels = readFileSync(join(test.folder, test.header.labels?.file ?? ""));
  const judged = models.map((model) => {
    const file = probabilitiesOf(model);
    return { test: model.test, probabilitiesFile: file && join(modelsFolder, model.name, file) };
  });
  // The test set's last classes may not occur in it.
  const { classes } = data.train.header;
  return summariseTest(judged, { path: test.path, labels, classes });
}

interface Made<M> {
  readonly model: M;
  readonly existed: boolean;
}

async function refitAll<M extends RefitFacts>(
  way: RefitWay<M>,
  choices: readonly Choice[],
  study: Study,
  { options, modelsFolder, effects }: Omit<RefitScene<Study>, "study">,
): Promise<readonly (Made<M> | undefined)[]> {
  const { workers, force, signal } = options;
  const progress = trackUnits(way, choices, effects);
  const atOnce = workers ?? workersFor(study.resources.cpus);
  return runAll(choices, atOnce, signal, async (choice): Promise<Made<M> | undefined> => {
    const folder = join(modelsFolder, choice.name);
    if (!force && existsSync(folder)) {
      progress.skip(way.unitsOf(choice));
      const model = way.open(folder);
      requireSame(study, model.name, way.wantedOf(choice), way.foundOf(model));
      return { model, existed: true };
    }
    const model = await way.train(choice, progress.advance, signal);
    return model === undefined ? undefined : { model, existed: false };
  });
}

/** Tells how much of all trainings is done. */
function trackUnits<M extends RefitFacts>(
  { unit, unitsOf }: RefitWay<M>,
  choices: readonly Choice[],
  effects: Effects,
) {
  const total = choices.reduce((sum, choice) => sum + unitsOf(choice), 0);
  const startedAt = effects.now().getTime();
  let done = 0;
  // Of those, the ones this run trained.
  let trained = 0;
  return {
    /** Of a model that was there already. */
    skip: (units: number): void => void (done += units),
    advance: (): void => {
      done += 1;
      trained += 1;
      const seconds = (effects.now().getTime() - startedAt) / 1000;
      const left = ((total - done) * seconds) / trained;
      const note = left > 0 ? { note: `about ${formatDuration(left)} left` } : {};
      effects.reporter.progress({ label: unit, done, total, ...note });
    },
  };
}
