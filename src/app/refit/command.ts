import { canonicalJson } from "../../core/canonical-json.ts";
import { sha256 } from "../../core/identity.ts";
import { dropAbsent } from "../../core/objects.ts";
import type { CommandStudy } from "../../core/study.ts";
import { pickSetup } from "../../core/trainer-command.ts";
import type { Trial } from "../../core/trial.ts";
import type { CommandModel } from "../../formats/command-model.ts";
import type { RunDataset, RunSetup } from "../../rounds/run-setup.ts";
import { openCommandModel } from "../../workspace/models.ts";
import type { Choice } from "./choose.ts";
import { type NamedData, openRefitData } from "./data.ts";
import { joinData } from "./joined-data.ts";
import { trainCommand } from "./train-command.ts";
import type { RefitScene, RefitWay } from "./way.ts";

/**
 * A study's own command: it trains on all rows of the data, and with a test set is judged on that as it is on rows held out in
 * trials. @param scratchFolder for both data sets in one @throws BsweepError INVALID_DATA
 */
export function refitByCommand(
  { study, options, modelsFolder, effects }: RefitScene<CommandStudy>,
  scratchFolder: string,
): RefitWay<CommandModel> {
  const data = study.data && openRefitData(study.data, options.layout);
  const { train = null, test = null } = data ?? {};
  const { version } = study.trainer;
  const setting = { study, train, test, modelsFolder, layout: options.layout };
  let dataset: Promise<RunDataset> | undefined;
  return {
    data,
    unit: "models",
    unitsOf: () => 1,
    resolve: (params) => ({ params, identity: params }),
    check: () => undefined,
    train: async (choice, onModel, signal) => {
      if (train !== null) dataset ??= placeData(train, test, scratchFolder);
      const setup = describeSetup(study, (await dataset) ?? null);
      const digests = [train, test].map((each) => each?.header.digest ?? "");
      const trial = describeTrial(choice, study, digests);
      const named = { ...setting, signal, run: options.runCommand };
      const model = await trainCommand(choice, trial, setup, named, effects);
      if (model !== undefined) onModel();
      return model;
    },
    open: openCommandModel,
    wantedOf: ({ params, epochs, trainingSeed }) => ({
      ...{ params, epochs, trainingSeed, data: train?.header.digest ?? "" },
      ...{ test: test?.header.digest ?? null, trainer: { version } },
    }),
    foundOf: (model) => ({
      ...{ params: model.params, epochs: model.epochs, trainingSeed: model.trainingSeed },
      data: model.dataset?.digest ?? "",
      test: test === null ? null : model.testDigest,
      trainer: { version: model.version },
    }),
    probabilitiesOf: (model) => model.test?.probabilities?.file ?? null,
  };
}

/** Rows to train on, and after them those to be judged on. */
async function placeData(
  train: NamedData,
  test: NamedData | null,
  folder: string,
): Promise<RunDataset> {
  const holdout = { from: train.header.count };
  if (test === null) return { path: train.folder, digest: train.header.digest, holdout };
  const { digest } = await joinData(folder, train, test);
  return { path: folder, digest, holdout };
}

function describeSetup(
  { name, trainer, objective, resources }: CommandStudy,
  dataset: RunDataset | null,
): RunSetup {
  const { cpus, checkpointSeconds } = resources;
  const { kind, best } = trainer;
  return {
    ...{ study: name, dataset, cluster: null, objective },
    trainer: { kind, ...pickSetup(trainer), ...dropAbsent({ best }) },
    limits: { cpus, checkpointSeconds, memoryMiB: Infinity, walltimeSeconds: Infinity },
  };
}

/** Its id is that of no trial: what it is handed is another training. */
function describeTrial(
  { trial, params, seed, trainingSeed, epochs }: Choice,
  { trainer: { version } }: CommandStudy,
  digests: readonly string[],
): Trial {
  const identity = canonicalJson({ refit: { params, epochs, trainingSeed, version, digests } });
  return {
    number: trial?.number ?? 1,
    trialId: sha256(identity).slice(0, 16),
    ...{ params, replicate: seed - 1, seed: trainingSeed, resource: { epochs }, attempt: 1 },
  };
}
