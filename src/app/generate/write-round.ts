import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { DatasetHeader } from "../../core/dataset.ts";
import type { Effects } from "../../core/effects.ts";
import { sha256 } from "../../core/identity.ts";
import { dropAbsent } from "../../core/objects.ts";
import type { Site } from "../../core/site.ts";
import type { Study } from "../../core/study.ts";
import type { Trial } from "../../core/trial.ts";
import { pickSetup } from "../../core/trainer-command.ts";
import type { Round, RoundArray, RoundCluster, RoundKind } from "../../formats/round-file.ts";
import { createTemplateEngine, type TemplateEngine } from "../../rendering/engine.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import {
  arrayName,
  HISTORY_FILE,
  type Layout,
  logFolderName,
  SUBMIT_SCRIPT,
  roundJobName,
} from "../../workspace/layout.ts";
import { packagedTemplates, packageRoot, packageVersion } from "../../workspace/package.ts";
import { pinImage } from "../image/record.ts";
import { requestCluster, type ClusterRequest } from "../site/cluster-request.ts";
import { settingOf, trainingRowsOf } from "../plan/setting.ts";
import { type OpenedSearch, openSearch } from "../search/open-search.ts";
import { describePruning } from "../search/pruning.ts";
import { nameWithin } from "../search/within.ts";
import { writeRoundFile } from "../../rounds/round.ts";
import { writeManifests, type WrittenManifest } from "../../rounds/manifests.ts";
import { type RoundPlace, writeRoundFolder } from "../../rounds/round-folder.ts";
import { renderScripts } from "./scripts.ts";
import { stageRunner, type StagedRunner } from "./stage-runner.ts";

/** Which round is to be written, whatever it is for. */
interface RoundSpec {
  readonly layout: Layout;
  /** With the resources and the placement that this round is to have. */
  readonly study: Study;
  /** SHA-256 in hex of the study file, for provenance. */
  readonly sha256: string;
  readonly site: Site;
  /** Null for a command without data. */
  readonly header: DatasetHeader | null;
  readonly place: RoundPlace;
  readonly kind: RoundKind;
  /** In order, with the attempts they are to have; consumed once. */
  readonly trials: Iterable<Trial>;
  readonly trialsPerElement: number;
  /** Whether the first trial is to be tried alone before the others. */
  readonly canary: boolean;
  /** False: its jobs wait for none of the study's others, whatever limit that breaks. */
  readonly chained?: boolean;
  /** A command's image need not have bsweep: by default one is staged for it. */
  readonly imageHasBsweep?: boolean;
  /** Login name, for the default job group; by default that of the process. */
  readonly user?: string;
  /** Random hex for the job names; by default new with every round. */
  readonly nonce?: string;
}

/** A round that stands now. */
export interface WrittenRound {
  readonly round: number;
  readonly kind: RoundKind;
  /** Absolute. */
  readonly folder: string;
  readonly trials: number;
  readonly elements: number;
  /** The canary's left out, as in `elements`. */
  readonly arrays: number;
  readonly canary: boolean;
  /** submit.sh, absolute; null on a site without a scheduler. */
  readonly submitScript: string | null;
}

/** What a round is made from. */
interface RoundInputs extends RoundSpec {
  readonly cluster: ClusterRequest;
  readonly engine: TemplateEngine;
  readonly nonce: string;
  readonly createdAt: string;
  readonly runner: StagedRunner | undefined;
  /** Where trials choose when they start. */
  readonly opened: OpenedSearch | undefined;
}

/**
 * Writes a round: manifests, job files, submit.sh and round.json, all of it or nothing; undefined without a trial.
 * A command's image need not have Node: what it runs is put into the workspace.
 * @throws BsweepError INVALID_STUDY, INVALID_SITE, TEMPLATE, RUNTIME_UNFIT; WORKSPACE for a path that scripts
 *   cannot carry; CONFLICT when two processes write one round, or a submitted one would go
 */
export async function writeRound(
  spec: RoundSpec,
  effects: Effects,
): Promise<WrittenRound | undefined> {
  const { study, site, layout, imageHasBsweep = false } = spec;
  const isInImage = schedulerOf(site).submits && site.container !== "none";
  // The built-in trainer's image has bsweep; a command's image need not even have Node.
  const needsRunner = study.trainer.kind === "command" && isInImage && !imageHasBsweep;
  const inputs: RoundInputs = {
    ...spec,
    cluster: pinImage(requestCluster(study, site, layout, spec.user), site, layout),
    engine: createTemplateEngine([join(dirname(study.file), "templates"), packagedTemplates()]),
    nonce: spec.nonce ?? randomBytes(4).toString("hex"),
    createdAt: effects.now().toISOString(),
    runner: needsRunner ? await stageRunner(layout) : undefined,
    opened: await openSearch(study, spec.header, layout, effects),
  };
  return writeRoundFolder(layout, spec.place, (folder) => fillRound(folder, inputs));
}

function fillRound(folder: string, inputs: RoundInputs): WrittenRound | undefined {
  const { study, site, cluster, engine, runner, nonce, trialsPerElement } = inputs;
  const manifests = writeManifests(folder, inputs.trials, {
    trialsPerElement,
    maxArraySize: site.maxArraySize,
    canary: inputs.canary && schedulerOf(site).submits,
  });
  if (manifests.length === 0) return undefined;
  const arrays = manifests.map((manifest) => describeArray(manifest, inputs));
  const trials = manifests
    .filter(({ array }) => array > 0)
    .reduce((sum, manifest) => sum + manifest.trials, 0);
  const scripts = renderScripts(
    {
      ...{ study, site, cluster, arrays, trials, runner, nonce },
      chained: inputs.chained ?? true,
      layout: inputs.layout,
      round: inputs.place.round,
      bsweepVersion: packageVersion(),
    },
    engine,
  );
  for (const { name, text } of scripts) writeFileSync(join(folder, name), text, { mode: 0o777 });
  for (const { array } of arrays)
    mkdirSync(join(folder, logFolderName(array)), { recursive: true });
  if (inputs.opened !== undefined)
    writeFileSync(join(folder, HISTORY_FILE), inputs.opened.history, { flag: "wx" });
  const round = describeRound(inputs, arrays, trials);
  writeRoundFile(folder, round);
  return summarize(round, inputs);
}

function describeArray(
  { array, elements, manifest }: WrittenManifest,
  { place, nonce, site }: RoundInputs,
): RoundArray {
  const part = `a${String(array).padStart(2, "0")}`;
  return {
    array,
    elements,
    jobName: roundJobName(place.study, place.round, part, nonce),
    manifest,
    script: `${arrayName(array)}${schedulerOf(site).jobFile.scriptExtension}`,
  };
}

function describeRound(inputs: RoundInputs, arrays: readonly RoundArray[], trials: number): Round {
  const { study, header, place, kind, nonce, createdAt } = inputs;
  const { data, trainer } = study;
  const { cpus, memoryMiB, walltimeSeconds, checkpointSeconds } = study.resources;
  return {
    schemaVersion: 1,
    study: study.name,
    round: place.round,
    ...{ kind, nonce, createdAt },
    bsweep: packageVersion(),
    objective: study.objective,
    ...dropAbsent({ requirements: study.requirements }),
    setting: settingOf(study, inputs.header),
    dataset: data &&
      header && {
        ...{ path: data.train, digest: header.digest },
        holdout: { fraction: data.holdout, seed: study.sampler.seed },
        ...dropAbsent({ rows: trainingRowsOf(study, header) }),
      },
    trainer:
      trainer.kind === "cnn"
        ? { kind: trainer.kind, precision: trainer.precision }
        : { kind: trainer.kind, ...pickSetup(trainer), ...dropAbsent({ best: trainer.best }) },
    limits: { cpus, memoryMiB, walltimeSeconds, checkpointSeconds },
    cluster: describeCluster(inputs),
    ...dropAbsent({
      search: inputs.opened?.search,
      pruning: pruningOf(inputs),
      artifacts: artifactsOf(inputs),
    }),
    arrays,
    trials,
    inputs: hashInputs(inputs),
  };
}

/** Whether a round's trials are run for their result alone: they are trained to their end. */
export function isForItsResult(kind: RoundKind): boolean {
  return kind === "promotion" || kind === "finalists";
}

function pruningOf({ study, header, kind }: RoundInputs): Round["pruning"] {
  return isForItsResult(kind) ? undefined : describePruning(study, settingOf(study, header));
}

function artifactsOf({ study, header }: RoundInputs): Round["artifacts"] {
  const { artifacts } = study;
  return artifacts && { ...artifacts, within: nameWithin(study, settingOf(study, header)) };
}

function describeCluster({ study, site, cluster }: RoundInputs): RoundCluster {
  const { submits, hasJobGroups } = schedulerOf(site);
  return {
    site: site.name,
    scheduler: site.scheduler,
    jobGroup: hasJobGroups ? cluster.jobGroup : "",
    concurrencyLimit: study.cluster.concurrencyLimit,
    image: cluster.image ?? "",
    resultGraceSeconds: site.resultGraceSeconds,
    gpu: study.resources.gpu ?? null,
    pool: submits ? (study.cluster.pool ?? null) : null,
    excludeHosts: cluster.excludeHosts ?? [],
  };
}

/** Every file the round was made from; the data set stands in the round with its own digest. */
function hashInputs({
  study,
  site,
  engine,
  runner,
  sha256: ofStudy,
}: RoundInputs): Record<string, string> {
  return {
    [study.file]: ofStudy,
    [nameInput(site.file)]: sha256(readFileSync(site.file)),
    ...runner?.inputs,
    ...Object.fromEntries(
      [...engine.sources()].map(([file, text]) => [nameInput(file), sha256(text)]),
    ),
  };
}

/** A file as the user named it; one that comes with bsweep as `bsweep:templates/...`. */
function nameInput(file: string): string {
  const inside = relative(packageRoot(), file);
  return file.startsWith(packagedTemplates()) ? `bsweep:${inside}` : file;
}

function summarize(round: Round, { layout, site }: RoundInputs): WrittenRound {
  const folder = layout.round(round.study, round.round);
  const arrays = round.arrays.filter(({ array }) => array > 0);
  return {
    round: round.round,
    kind: round.kind,
    folder,
    trials: round.trials,
    elements: arrays.reduce((sum, { elements }) => sum + elements, 0),
    arrays: arrays.length,
    canary: arrays.length < round.arrays.length,
    submitScript: schedulerOf(site).submits ? join(folder, SUBMIT_SCRIPT) : null,
  };
}
