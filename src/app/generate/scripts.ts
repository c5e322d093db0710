import { isAbsolute, join, relative } from "node:path";
import type { Pool } from "../../core/placement.ts";
import type { RoundArray } from "../../core/round.ts";
import type { SchedulerName, Site } from "../../core/site.ts";
import type { Study } from "../../core/study.ts";
import { RUN_AGAIN_STATUS } from "../../core/trainer-request.ts";
import type { TemplateEngine } from "../../rendering/engine.ts";
import type { JobView, RoundView, SubmitView } from "../../rendering/job-view.ts";
import { containerPrefix } from "../../schedulers/container.ts";
import type { JobRequest, SchedulerDialect } from "../../schedulers/dialect.ts";
import {
  arrayName,
  CANARY,
  logFolderName,
  logicalPath,
  SUBMIT_SCRIPT,
  type Layout,
} from "../../workspace/layout.ts";
import { builtProgram } from "../../workspace/package.ts";
import type { ClusterRequest } from "./cluster-request.ts";
import type { StagedRunner } from "./stage-runner.ts";

/** A script of the round, not yet written. */
export interface RenderedFile {
  readonly name: string;
  readonly text: string;
}

/** What the scripts of a round are made from. */
export interface ScriptInputs {
  readonly study: Study;
  readonly site: Site;
  readonly cluster: ClusterRequest;
  readonly dialect: SchedulerDialect;
  readonly layout: Layout;
  readonly round: number;
  /** The random part of the job names. */
  readonly nonce: string;
  readonly bsweepVersion: string;
  readonly arrays: readonly RoundArray[];
  readonly trials: number;
  /** Undefined: the image has bsweep. */
  readonly runner?: StagedRunner | undefined;
}

/**
 * The job file of every array, and submit.sh where the site has a scheduler.
 * @throws BsweepError TEMPLATE; WORKSPACE or INVALID_STUDY for what the scheduler cannot read
 */
export function renderScripts(inputs: ScriptInputs, engine: TemplateEngine): RenderedFile[] {
  const shared = viewRound(inputs);
  const { dialect } = inputs;
  const job = engine.template(`${dialect.name}/array${dialect.scriptExtension}.hbs`);
  const files = inputs.arrays.map((array) => ({
    name: array.script,
    text: job(viewJob(inputs, shared, array)),
  }));
  if (dialect.name === "local") return files;
  const submit = engine.template(`${dialect.name}/${SUBMIT_SCRIPT}.hbs`);
  return [...files, { name: SUBMIT_SCRIPT, text: submit(viewSubmit(inputs, shared)) }];
}

/** A site's `bsweep` where it says nothing. */
const DEFAULT_PROGRAM = "bsweep";

const DEFAULT_LAUNCHER: Readonly<Record<SchedulerName, string>> = {
  lsf: "blaunch",
  slurm: "srun",
  local: "",
};

function viewRound({ study, layout, round, bsweepVersion, arrays }: ScriptInputs): RoundView {
  return {
    bsweepVersion,
    study: study.name,
    studyFile: withinWorkspace(layout, logicalPath(study.file)),
    round,
    workspace: layout.workspace,
    roundFolder: withinWorkspace(layout, layout.round(study.name, round)),
    resultsFolder: withinWorkspace(layout, layout.roundResults(study.name, round)),
    arrayCount: arrays.filter(({ array }) => array !== CANARY).length,
  };
}

function viewJob(inputs: ScriptInputs, shared: RoundView, array: RoundArray): JobView {
  const { study, site, dialect, layout } = inputs;
  const { cpus, memoryMiB, walltimeSeconds } = study.resources;
  const pool = poolOf(inputs, array);
  const logFolder = join(shared.roundFolder, logFolderName(array.array));
  return {
    ...shared,
    array: array.array,
    arrayName: arrayName(array.array),
    elements: array.elements,
    directivePrefix: dialect.directivePrefix,
    directives: dialect.directives(requestJob(inputs, array)),
    arrayIndexVariable: dialect.arrayIndexVariable,
    jobIdVariable: dialect.jobIdVariable,
    canary: array.array === CANARY,
    pool: pool !== null,
    poolSlots: pool?.slots ?? 0,
    launcher: pool?.launcher ?? DEFAULT_LAUNCHER[dialect.name],
    container: site.container !== "none",
    jobSetup: site.jobSetup,
    containerPrefix: prefixOf(inputs),
    ...{ cpus, memoryMiB, walltimeSeconds },
    containerPath: site.containerPath,
    bsweep: programOf(site),
    runner: inputs.runner === undefined ? "" : withinWorkspace(layout, inputs.runner.folder),
    manifest: join(shared.roundFolder, array.manifest),
    scriptPath: join(layout.round(study.name, inputs.round), array.script),
    logFolder,
    runAgainStatus: RUN_AGAIN_STATUS,
    gpu: study.resources.gpu !== undefined,
  };
}

/** On the hosts of a cluster, the very program that generates, unless the site names another. */
function programOf({ scheduler, container, bsweep }: Site): string {
  const isOnHost = scheduler !== "local" && container === "none";
  return isOnHost && bsweep === DEFAULT_PROGRAM ? builtProgram("main.js") : bsweep;
}

function prefixOf({ study, site, cluster, layout }: ScriptInputs): readonly string[] {
  return containerPrefix(site.container, {
    image: cluster.image ?? "",
    mounts: cluster.mounts,
    workspace: layout.workspace,
    cpus: study.resources.cpus,
    hasGpu: study.resources.gpu !== undefined,
  });
}

/** The canary is an element like any other, not a pool. */
function poolOf({ study }: ScriptInputs, { array }: RoundArray): Pool | null {
  return array === CANARY ? null : (study.cluster.pool ?? null);
}

function requestJob(inputs: ScriptInputs, array: RoundArray): JobRequest {
  const { study, site, cluster, layout } = inputs;
  const { cpus, memoryMiB, walltimeSeconds, gpu, tmpMiB } = study.resources;
  return {
    ...cluster,
    ...(gpu === undefined ? {} : { gpu }),
    ...(tmpMiB === undefined ? {} : { tmpMiB }),
    ...{ cpus, memoryMiB, walltimeSeconds },
    jobName: array.jobName,
    elements: array.elements,
    concurrencyLimit: study.cluster.concurrencyLimit,
    pool: poolOf(inputs, array),
    isDocker: site.container === "docker",
    logFolder: join(layout.round(study.name, inputs.round), logFolderName(array.array)),
  };
}

function viewSubmit(inputs: ScriptInputs, shared: RoundView): SubmitView {
  const { study, site, cluster, arrays, trials, dialect, layout } = inputs;
  const docker = site.container === "docker";
  const pool = study.cluster.pool !== undefined;
  return {
    ...shared,
    trials,
    elements: arrays
      .filter(({ array }) => array !== CANARY)
      .reduce((sum, { elements }) => sum + elements, 0),
    jobGroup: cluster.jobGroup,
    concurrencyLimit: study.cluster.concurrencyLimit,
    docker,
    volumes: docker ? cluster.mounts.map((folder) => `${folder}:${folder}`).join(" ") : "",
    submitFolder: cluster.submitFolder,
    hasCanary: arrays.some(({ array }) => array === CANARY),
    chained: dialect.name === "slurm" || pool,
    pool,
    maxPendingElements: cluster.maxPendingElements ?? 0,
    notify: study.cluster.notify ?? "",
    notifyName: `${study.name}-r${String(inputs.round).padStart(3, "0")}-end-${inputs.nonce}`,
    notifyOptions: dialect.notifyOptions({ ...cluster, isDocker: docker }),
    schedulerProfile: site.schedulerProfile ?? "",
    studyJobs: withinWorkspace(layout, layout.studyJobs(study.name)),
    scriptExtension: dialect.scriptExtension,
    arrays: arrays.map(({ array, jobName, script, elements }) => ({
      arrayName: arrayName(array),
      canary: array === CANARY,
      jobName,
      script,
      elements,
    })),
  };
}

/** Relative to the workspace when it lies inside; else as it is. */
export function withinWorkspace({ workspace }: Layout, path: string): string {
  const inside = relative(workspace, path);
  return inside === "" || inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}
