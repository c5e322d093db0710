import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Effects } from "../core/effects.ts";
import { sha256 } from "../core/identity.ts";
import type { GenerateReport, Round, RoundArray, WrittenRound } from "../core/round.ts";
import type { Study } from "../core/study.ts";
import { formatRoundFile } from "../formats/round-file.ts";
import { createTemplateEngine, type TemplateEngine } from "../rendering/engine.ts";
import type { SchedulerDialect } from "../schedulers/dialect.ts";
import { localDialect } from "../schedulers/local.ts";
import { lsfDialect } from "../schedulers/lsf.ts";
import { arrayName, logFolderName, ROUND_FILE, SUBMIT_SCRIPT } from "../workspace/layout.ts";
import { packagedTemplates, packageRoot, packageVersion } from "../workspace/package.ts";
import { requestCluster, type ClusterRequest } from "./generate/cluster-request.ts";
import { writeManifests, type WrittenManifest } from "./generate/manifests.ts";
import { writeRoundFolder, type RoundPlace } from "./generate/round-folder.ts";
import { renderScripts } from "./generate/scripts.ts";
import { stageRunner, type StagedRunner } from "./generate/stage-runner.ts";
import { readExistingTrials } from "./plan/existing-trials.ts";
import type { PlanOptions } from "./plan/load-study.ts";
import { newTrials, openPlan, type PlanContext } from "./plan/plan-context.ts";

export interface GenerateOptions extends PlanOptions {
  /** Replace the latest round, which must never have been submitted. */
  readonly overwrite: boolean;
  /** Login name, for the default job group; by default that of the process. */
  readonly user?: string;
  /** Random hex for the job names; by default new with every round. */
  readonly nonce?: string;
}

const DIALECTS: Readonly<Record<SchedulerDialect["name"], SchedulerDialect>> = {
  lsf: lsfDialect,
  local: localDialect,
};

/** What a round is made from. */
interface RoundInputs {
  readonly options: GenerateOptions;
  readonly context: PlanContext;
  readonly place: RoundPlace;
  readonly cluster: ClusterRequest;
  readonly engine: TemplateEngine;
  readonly nonce: string;
  readonly createdAt: string;
  readonly runner: StagedRunner | undefined;
}

/**
 * Writes the next round: every trial of the study that no earlier round holds, as manifests, job files,
 * submit.sh and round.json, all of it or nothing. Without a new trial nothing is written.
 * A command's image need not have Node: what it runs is put into the workspace.
 * @throws BsweepError INVALID_STUDY, INVALID_SITE, INVALID_DATA, TEMPLATE, RUNTIME_UNFIT; WORKSPACE for a path that
 *   scripts cannot carry; CONFLICT when two processes write one round, or a submitted one would go
 */
export async function generateRound(
  options: GenerateOptions,
  effects: Effects,
): Promise<GenerateReport> {
  const { context, place } = openRound(options);
  const { study, site, existing } = context;
  const { layout } = options;
  const inputs: RoundInputs = {
    ...{ options, context, place },
    cluster: requestCluster(study, site, layout.workspace, options.user),
    engine: createTemplateEngine([
      join(dirname(options.studyFile), "templates"),
      packagedTemplates(),
    ]),
    nonce: options.nonce ?? randomBytes(4).toString("hex"),
    createdAt: effects.now().toISOString(),
    // The built-in trainer's image has bsweep; a command's image need not even have Node.
    runner:
      study.trainer.kind === "command" && site.scheduler !== "local"
        ? await stageRunner(layout)
        : undefined,
  };
  const written = await writeRoundFolder(layout, place, (folder) => fillRound(folder, inputs));
  return {
    study: study.name,
    studyFile: options.studyFile,
    site: site.name,
    earlierTrials: existing.numbers.size,
    written: written ?? null,
  };
}

/** The study's state, seen as if the round to be replaced were not there. */
function openRound(options: GenerateOptions): { context: PlanContext; place: RoundPlace } {
  const context = openPlan(options);
  const study = context.study.name;
  const { highestRound } = context.existing;
  if (!options.overwrite || highestRound === 0) {
    return { context, place: { study, round: highestRound + 1, replace: false } };
  }
  const existing = readExistingTrials(options.layout, study, highestRound);
  return {
    context: { ...context, existing },
    place: { study, round: highestRound, replace: true },
  };
}

function fillRound(folder: string, inputs: RoundInputs): WrittenRound | undefined {
  const { options, context, place, cluster, engine, runner } = inputs;
  const { study, site } = context;
  const dialect = DIALECTS[site.scheduler];
  const manifests = writeManifests(folder, newTrials(context), {
    trialsPerElement: study.resources.trialsPerElement,
    maxArraySize: site.maxArraySize,
  });
  if (manifests.length === 0) return undefined;
  const arrays = manifests.map((manifest) => describeArray(manifest, inputs, dialect));
  const trials = manifests.reduce((sum, manifest) => sum + manifest.trials, 0);
  const scripts = renderScripts(
    {
      ...{ study, site, cluster, dialect, arrays, trials, runner },
      layout: options.layout,
      round: place.round,
      bsweepVersion: packageVersion(),
    },
    engine,
  );
  for (const { name, text } of scripts) writeFileSync(join(folder, name), text, { mode: 0o755 });
  for (const { array } of arrays)
    mkdirSync(join(folder, logFolderName(array)), { recursive: true });
  const round = describeRound(inputs, arrays, trials);
  writeFileSync(join(folder, ROUND_FILE), formatRoundFile(round));
  return summarize(
    round,
    options,
    scripts.some(({ name }) => name === SUBMIT_SCRIPT),
  );
}

function describeArray(
  { array, elements, manifest }: WrittenManifest,
  { place, nonce }: RoundInputs,
  dialect: SchedulerDialect,
): RoundArray {
  const round = String(place.round).padStart(3, "0");
  return {
    array,
    elements,
    jobName: `${place.study}-r${round}-a${String(array).padStart(2, "0")}-${nonce}`,
    manifest,
    script: `${arrayName(array)}${dialect.scriptExtension}`,
  };
}

function describeRound(inputs: RoundInputs, arrays: readonly RoundArray[], trials: number): Round {
  const { context, place, nonce, createdAt } = inputs;
  const { study, existing } = context;
  const { cpus, memoryMiB, walltimeSeconds, checkpointSeconds } = study.resources;
  return {
    schemaVersion: 1,
    study: study.name,
    round: place.round,
    kind: existing.highestRound === 0 ? "initial" : "extension",
    nonce,
    createdAt,
    bsweep: packageVersion(),
    objective: study.objective,
    dataset: describeDataset(context),
    trainer: describeTrainer(study),
    limits: { cpus, memoryMiB, walltimeSeconds, checkpointSeconds },
    arrays,
    trials,
    inputs: hashInputs(inputs),
  };
}

function describeDataset({ study, header }: PlanContext): Round["dataset"] {
  if (study.data === null || header === null) return null;
  const { train: path, holdout: fraction } = study.data;
  return { path, digest: header.digest, holdout: { fraction, seed: study.sampler.seed } };
}

function describeTrainer({ trainer }: Study): Round["trainer"] {
  return trainer.kind === "cnn"
    ? { kind: trainer.kind, precision: trainer.precision }
    : { kind: trainer.kind, command: trainer.command };
}

/** Every file the round was made from; the data set stands in the round with its own digest. */
function hashInputs({ context, engine, runner }: RoundInputs): Record<string, string> {
  const { study, site } = context;
  return {
    [study.file]: context.sha256,
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

function summarize(round: Round, { layout }: GenerateOptions, submitted: boolean): WrittenRound {
  const folder = layout.round(round.study, round.round);
  return {
    round: round.round,
    kind: round.kind,
    folder,
    trials: round.trials,
    elements: round.arrays.reduce((sum, { elements }) => sum + elements, 0),
    arrays: round.arrays.length,
    submitScript: submitted ? join(folder, SUBMIT_SCRIPT) : null,
  };
}
