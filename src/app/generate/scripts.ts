import { isAbsolute, join, relative } from "node:path";
import type { RoundArray } from "../../core/round.ts";
import type { Site } from "../../core/site.ts";
import type { Study } from "../../core/study.ts";
import type { TemplateEngine } from "../../rendering/engine.ts";
import type { JobView, RoundView, SubmitView } from "../../rendering/job-view.ts";
import type { SchedulerDialect } from "../../schedulers/dialect.ts";
import {
  arrayName,
  logFolderName,
  logicalPath,
  SUBMIT_SCRIPT,
  type Layout,
} from "../../workspace/layout.ts";
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

function viewRound({ study, layout, round, bsweepVersion, arrays }: ScriptInputs): RoundView {
  return {
    bsweepVersion,
    study: study.name,
    studyFile: withinWorkspace(layout, logicalPath(study.file)),
    round,
    workspace: layout.workspace,
    roundFolder: withinWorkspace(layout, layout.round(study.name, round)),
    resultsFolder: withinWorkspace(layout, layout.roundResults(study.name, round)),
    arrayCount: arrays.length,
  };
}

function viewJob(inputs: ScriptInputs, shared: RoundView, array: RoundArray): JobView {
  const { study, site, dialect } = inputs;
  const { cpus, memoryMiB, walltimeSeconds } = study.resources;
  return {
    ...shared,
    array: array.array,
    arrayName: arrayName(array.array),
    elements: array.elements,
    directivePrefix: dialect.directivePrefix,
    directives: dialect.directives({
      ...inputs.cluster,
      jobName: array.jobName,
      elements: array.elements,
      concurrencyLimit: study.cluster.concurrencyLimit,
      cpus,
      memoryMiB,
      walltimeSeconds,
      logFolder: join(shared.workspace, shared.roundFolder, logFolderName(array.array)),
    }),
    arrayIndexVariable: dialect.arrayIndexVariable,
    cpus,
    memoryMiB,
    walltimeSeconds,
    containerPath: site.containerPath,
    bsweep: site.bsweep,
    runner: inputs.runner === undefined ? "" : withinWorkspace(inputs.layout, inputs.runner.folder),
    manifest: join(shared.roundFolder, array.manifest),
  };
}

function viewSubmit(inputs: ScriptInputs, shared: RoundView): SubmitView {
  const { study, site, cluster, arrays, trials } = inputs;
  return {
    ...shared,
    trials,
    elements: arrays.reduce((sum, { elements }) => sum + elements, 0),
    jobGroup: cluster.jobGroup,
    concurrencyLimit: study.cluster.concurrencyLimit,
    volumes: cluster.volumes,
    submitFolder: cluster.submitFolder,
    schedulerProfile: site.schedulerProfile ?? "",
    arrays: arrays.map(({ array, jobName, script, elements }) => ({
      arrayName: arrayName(array),
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
