import { isAbsolute, join, relative } from "node:path";
import type { Pool } from "../../core/placement.ts";
import type { RoundArray } from "../../formats/round-file.ts";
import type { Site } from "../../core/site.ts";
import type { Resources, Study } from "../../core/study.ts";
import { RUN_AGAIN_STATUS } from "../../core/trial.ts";
import type { TemplateEngine } from "../../rendering/engine.ts";
import {
  NO_POOL,
  type ElementView,
  type PoolView,
  type RoundJobView,
  type RoundSubmitView,
  type RoundView,
  type SubmissionView,
} from "../../rendering/job-view.ts";
import { containerPrefix } from "../../schedulers/container.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import type { JobRequest } from "../../schedulers/scheduler.ts";
import { chooseLauncher, launchWords } from "../../schedulers/launcher.ts";
import {
  arrayName,
  CANARY,
  claimFolderName,
  logFolderName,
  logicalPath,
  NOTIFY_SCRIPT,
  SUBMIT_SCRIPT,
  type Layout,
  roundJobName,
} from "../../workspace/layout.ts";
import { builtProgram } from "../../workspace/package.ts";
import type { ClusterRequest } from "../site/cluster-request.ts";
import type { StagedRunner } from "./stage-runner.ts";

/** A script of the round, not yet written. */
export interface RenderedFile {
  readonly name: string;
  readonly text: string;
}

/** What the scripts of a round are made from. */
interface ScriptInputs {
  readonly study: Study;
  readonly site: Site;
  readonly cluster: ClusterRequest;
  readonly layout: Layout;
  readonly round: number;
  /** The random part of the job names. */
  readonly nonce: string;
  readonly bsweepVersion: string;
  readonly arrays: readonly RoundArray[];
  readonly trials: number;
  /** False: its jobs wait for none of the study's others. */
  readonly chained?: boolean;
  /** Undefined: the image has bsweep. */
  readonly runner?: StagedRunner | undefined;
}

/**
 * The job file of every array, and submit.sh where the site has a scheduler.
 * @throws BsweepError TEMPLATE; WORKSPACE or INVALID_STUDY for what the scheduler cannot read
 */
export function renderScripts(inputs: ScriptInputs, engine: TemplateEngine): RenderedFile[] {
  const shared = viewRound(inputs);
  const { name, jobFile, submits } = schedulerOf(inputs.site);
  const job = engine.template(`${name}/array${jobFile.scriptExtension}.hbs`);
  const files = inputs.arrays.map((array) => ({
    name: array.script,
    text: job(viewJob(inputs, shared, array)),
  }));
  if (!submits) return files;
  const submit = engine.template(`${name}/${SUBMIT_SCRIPT}.hbs`);
  files.push({ name: SUBMIT_SCRIPT, text: submit(viewSubmit(inputs, shared)) });
  const last = inputs.arrays.at(-1);
  if (inputs.study.cluster.notify !== undefined && last !== undefined) {
    const notify = engine.template(`${name}/${NOTIFY_SCRIPT}.hbs`);
    files.push({ name: NOTIFY_SCRIPT, text: notify(viewNotice(inputs, shared, last)) });
  }
  return files;
}

/** A site's `bsweep` where it says nothing. */
const DEFAULT_PROGRAM = "bsweep";

function viewRound({ study, layout, round, bsweepVersion, arrays }: ScriptInputs): RoundView {
  return {
    bsweepVersion,
    title: "",
    study: study.name,
    studyFile: withinWorkspace(layout, logicalPath(study.file)),
    round,
    workspace: layout.workspace,
    roundFolder: withinWorkspace(layout, layout.round(study.name, round)),
    resultsFolder: withinWorkspace(layout, layout.roundResults(study.name, round)),
    arrayCount: arrays.filter(({ array }) => array !== CANARY).length,
  };
}

function viewJob(inputs: ScriptInputs, shared: RoundView, array: RoundArray): RoundJobView {
  const { study, layout, site } = inputs;
  return {
    ...shared,
    ...viewElement({ ...inputs, resources: study.resources }),
    title: `Array ${array.array} of ${shared.arrayCount} of round ${inputs.round} of the study ${study.name}`,
    array: array.array,
    arrayName: arrayName(array.array),
    elements: array.elements,
    directives: schedulerOf(site).jobFile.directives(requestJob(inputs, array)),
    canary: array.array === CANARY,
    preparation: [],
    ...{ piece: false, notice: false },
    ...viewPool(inputs, array, shared.roundFolder),
    manifest: join(shared.roundFolder, array.manifest),
    scriptPath: join(layout.round(study.name, inputs.round), array.script),
    logFolder: join(shared.roundFolder, logFolderName(array.array)),
  };
}

/** The last job of a round: it sees what an element sees, whatever of a pool or a GPU left aside. */
function viewNotice(inputs: ScriptInputs, shared: RoundView, array: RoundArray): RoundJobView {
  const { study, site, layout, round } = inputs;
  const { memoryMiB, walltimeSeconds } = study.resources;
  return {
    ...viewJob(inputs, shared, array),
    ...NO_POOL,
    ...viewElement({ ...inputs, resources: { cpus: 1, memoryMiB, walltimeSeconds } }),
    // LSF's wrapper has started the container already.
    jobSetup: site.container === "docker" ? [] : site.jobSetup,
    notice: true,
    title: `Round ${round} of the study ${study.name} has ended`,
    scriptPath: join(layout.round(study.name, round), NOTIFY_SCRIPT),
  };
}

type ElementPlace = Pick<ScriptInputs, "site" | "cluster" | "layout" | "runner">;

export interface ElementInputs extends ElementPlace {
  readonly resources: Pick<Resources, "cpus" | "memoryMiB" | "walltimeSeconds" | "gpu">;
}

export function viewElement(inputs: ElementInputs): ElementView {
  const { site, cluster, layout, runner, resources } = inputs;
  const { jobFile, element, submits } = schedulerOf(site);
  // On the hosts of a cluster, the very program that generates, unless the site names another.
  const isOnHost = submits && site.container === "none";
  const { cpus, memoryMiB, walltimeSeconds, gpu } = resources;
  return {
    directivePrefix: jobFile.directivePrefix,
    arrayIndexVariable: element.arrayIndexVariable,
    jobIdVariable: element.jobIdVariables[0],
    container: site.container !== "none",
    jobSetup: site.jobSetup,
    // Words that start a program inside the image, outside a pool.
    containerPrefix: containerPrefix(site.container, {
      ...{ image: cluster.image ?? "", mounts: cluster.mounts, workspace: layout.workspace },
      ...{ cpus, hasGpu: gpu !== undefined },
    }),
    ...{ cpus, memoryMiB, walltimeSeconds },
    containerPath: site.containerPath,
    bsweep: isOnHost && site.bsweep === DEFAULT_PROGRAM ? builtProgram("main.js") : site.bsweep,
    runner: runner === undefined ? "" : withinWorkspace(layout, runner.folder),
    runAgainStatus: RUN_AGAIN_STATUS,
    gpu: gpu !== undefined,
    gpus: gpu?.count ?? 0,
  };
}

/** How a program gets onto the slots of a pool, and into the image. */
function viewPool(inputs: ScriptInputs, array: RoundArray, roundFolder: string): PoolView {
  const { study, site, cluster, layout } = inputs;
  const pool = poolOf(inputs, array);
  if (pool === null) return NO_POOL;
  const { cpus } = study.resources;
  const { container: runtime } = site;
  const scheduler = schedulerOf(site);
  const launch = {
    ...{ image: cluster.image ?? "", mounts: cluster.mounts, workspace: layout.workspace },
    hasGpu: study.resources.gpu !== undefined,
    ...{ cpus, scheduler, runtime, pool },
  };
  return {
    pool: true,
    poolSlots: pool.slots,
    launch: launchWords(launch),
    hostfile: chooseLauncher(launch) === "mpirun",
    claimFolder: join(roundFolder, claimFolderName(array.array)),
    // srun has put the tasks into pyxis' containers already.
    ...(runtime === "pyxis" ? { containerPrefix: [] } : {}),
  };
}

/** The canary is an element like any other, not a pool; `bsweep local` runs elements side by side anyway. */
function poolOf({ study, site }: ScriptInputs, { array }: RoundArray): Pool | null {
  return array === CANARY || !schedulerOf(site).submits ? null : (study.cluster.pool ?? null);
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

function viewSubmit(inputs: ScriptInputs, shared: RoundView): RoundSubmitView {
  const { study, site, cluster, arrays, trials, layout } = inputs;
  const { hasJobGroups, jobFile } = schedulerOf(site);
  const pool = study.cluster.pool !== undefined;
  const elements = arrays
    .filter(({ array }) => array !== CANARY)
    .reduce((sum, { elements: own }) => sum + own, 0);
  return {
    ...shared,
    ...viewSubmission(inputs),
    title: `round ${inputs.round} of the study ${study.name}, ${trials} trials as ${elements} elements in ${shared.arrayCount} jobs or job arrays`,
    ...{ trials, elements },
    pieces: 0,
    concurrencyLimit: study.cluster.concurrencyLimit,
    hasCanary: arrays.some(({ array }) => array === CANARY),
    chained: (inputs.chained ?? true) && (!hasJobGroups || pool),
    pool,
    notify: study.cluster.notify ?? "",
    notifyName: roundJobName(study.name, inputs.round, "end", inputs.nonce),
    notifyOptions: jobFile.notifyOptions({ ...cluster, isDocker: site.container === "docker" }),
    studyJobs: withinWorkspace(layout, layout.studyJobs(study.name)),
    arrays: arrays.map(({ array, jobName, script, elements }) => ({
      arrayName: arrayName(array),
      canary: array === CANARY,
      jobName,
      script,
      elements,
    })),
  };
}

export function viewSubmission({
  site,
  cluster,
}: Pick<ScriptInputs, "site" | "cluster">): SubmissionView {
  const docker = site.container === "docker";
  return {
    jobGroup: cluster.jobGroup,
    docker,
    volumes: docker ? cluster.mounts.map((folder) => `${folder}:${folder}`).join(" ") : "",
    submitFolder: cluster.submitFolder,
    maxPendingElements: cluster.maxPendingElements ?? 0,
    schedulerProfile: site.schedulerProfile ?? "",
    scriptExtension: schedulerOf(site).jobFile.scriptExtension,
    silence: schedulerOf(site).silence,
  };
}

/** Relative to the workspace when it lies inside; else as it is. */
export function withinWorkspace({ workspace }: Layout, path: string): string {
  const inside = relative(workspace, path);
  return inside === "" || inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}
