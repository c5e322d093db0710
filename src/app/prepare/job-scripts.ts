import { join } from "node:path";
import {
  arrayName,
  CANARY,
  logFolderName,
  MERGED_FILE,
  SUBMIT_SCRIPT,
} from "../../workspace/layout.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import type { TemplateEngine } from "../../rendering/engine.ts";
import {
  NO_POOL,
  type JobView,
  type PreparationSubmitView,
  type ScriptView,
} from "../../rendering/job-view.ts";
import {
  viewElement,
  viewSubmission,
  withinWorkspace,
  type ElementInputs,
  type RenderedFile,
} from "../generate/scripts.ts";
import type { PrepareOptions } from "./source.ts";
import { piecesFolder } from "./pieces.ts";
import { packArguments } from "../prepare.ts";

/** How long the merge waits for pieces that the storage shows late; caches of exec hosts take seconds. */
const MERGE_WAIT_SECONDS = 120;

/** What the jobs of a data set are made from. Paths are absolute. */
export interface PreparationInputs extends ElementInputs, Omit<PrepareOptions, "signal"> {
  /** Of the preparation: `[A-Za-z0-9._-]+`. */
  readonly name: string;
  readonly nonce: string;
  readonly bsweepVersion: string;
  readonly concurrencyLimit: number;
  /** What a person types to see how far it is, on one line. */
  readonly progressCommand: string;
}

/** One of the two jobs: the pieces stand where a round has its canary, so that the merge waits for all of them. */
interface PreparationJob {
  readonly array: number;
  readonly elements: number;
  readonly title: string;
  readonly preparation: readonly string[];
}

/**
 * Two job files, an array that packs and a job that merges, and their submit.sh.
 * @throws BsweepError TEMPLATE; WORKSPACE or INVALID_STUDY for what the scheduler cannot read
 */
export function renderPreparation(
  inputs: PreparationInputs,
  engine: TemplateEngine,
): RenderedFile[] {
  const { name, jobFile } = schedulerOf(inputs.site);
  const jobs = [piecesJob(inputs), mergeJob(inputs)];
  const fill = engine.template(`${name}/array${jobFile.scriptExtension}.hbs`);
  const submit = engine.template(`${name}/${SUBMIT_SCRIPT}.hbs`);
  return [
    ...jobs.map((job) => ({ name: scriptOf(job, inputs), text: fill(viewJob(job, inputs)) })),
    { name: SUBMIT_SCRIPT, text: submit(viewSubmit(jobs, inputs)) },
  ];
}

function piecesJob(inputs: PreparationInputs): PreparationJob {
  return {
    array: CANARY,
    elements: inputs.shards,
    title: `Packs the pieces of a data set, ${inputs.name}`,
    preparation: packArguments(inputs),
  };
}

function mergeJob({ name, to, like, force, layout }: PreparationInputs): PreparationJob {
  return {
    array: CANARY + 1,
    elements: 1,
    title: `Merges the pieces of a data set, ${name}`,
    preparation: [
      ...["--merge", `--to=${to}`, `--wait=${MERGE_WAIT_SECONDS}`],
      `--receipt=${join(layout.preparation(name), MERGED_FILE)}`,
      ...(like === undefined ? [] : [`--like=${like}`]),
      ...(force ? ["--force"] : []),
    ],
  };
}

function viewScript({ bsweepVersion, layout, name }: PreparationInputs): Omit<ScriptView, "title"> {
  const roundFolder = withinWorkspace(layout, layout.preparation(name));
  return { bsweepVersion, workspace: layout.workspace, roundFolder };
}

function viewJob(job: PreparationJob, inputs: PreparationInputs): JobView {
  const { array, elements, title, preparation } = job;
  const { layout, name, cluster, site, concurrencyLimit } = inputs;
  const { cpus, memoryMiB, walltimeSeconds } = inputs.resources;
  const script = viewScript(inputs);
  return {
    ...script,
    ...viewElement(inputs),
    ...{ title, array, elements, preparation, arrayName: arrayName(array) },
    directives: schedulerOf(site).jobFile.directives({
      ...cluster,
      ...{ cpus, memoryMiB, walltimeSeconds, concurrencyLimit, elements },
      jobName: jobNameOf(job, inputs),
      pool: null,
      isDocker: site.container === "docker",
      logFolder: join(layout.preparation(name), logFolderName(array)),
    }),
    piece: array === CANARY,
    ...NO_POOL,
    ...{ canary: false, notice: false, manifest: "" },
    scriptPath: join(layout.preparation(name), scriptOf(job, inputs)),
    logFolder: join(script.roundFolder, logFolderName(array)),
  };
}

function viewSubmit(
  jobs: readonly PreparationJob[],
  inputs: PreparationInputs,
): PreparationSubmitView {
  const { shards, to, concurrencyLimit, progressCommand, name } = inputs;
  return {
    ...viewScript(inputs),
    ...viewSubmission(inputs),
    title: `the ${shards} pieces of a data set, ${name}, and their merge`,
    pieces: shards,
    piecesFolder: piecesFolder(to),
    ...{ progressCommand, concurrencyLimit },
    hasCanary: true,
    ...{ chained: false, pool: false, notify: "", notifyName: "", notifyOptions: [] },
    arrays: jobs.map((job) => ({
      arrayName: arrayName(job.array),
      canary: false,
      jobName: jobNameOf(job, inputs),
      script: scriptOf(job, inputs),
      elements: job.elements,
    })),
  };
}

export function jobNameOf(
  { array }: Pick<PreparationJob, "array">,
  { name, nonce }: Pick<PreparationInputs, "name" | "nonce">,
): string {
  return `prepare-${name}-a${String(array).padStart(2, "0")}-${nonce}`;
}

function scriptOf({ array }: PreparationJob, { site }: PreparationInputs): string {
  return `${arrayName(array)}${schedulerOf(site).jobFile.scriptExtension}`;
}
