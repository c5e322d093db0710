import { join, resolve } from "node:path";
import {
  commandEnvironment,
  type CommandValues,
  fillCommand,
  fillEnvironment,
  fillText,
  PRUNE_VARIABLE,
  REFIT_VARIABLE,
  THREAD_VARIABLES,
  variableOf,
} from "../core/trainer-command.ts";
import type { StepRecord } from "../core/trial.ts";
import type { Round } from "../formats/round-file.ts";
import type { CommandRequest } from "../formats/trainer-request.ts";
import type { Warnings } from "../formats/warnings.ts";
import { type Supervised, type SuperviseOptions, supervise } from "../process/supervise.ts";
import { describeCheckpoints, toldStepsFile } from "../workspace/checkpoint-folder.ts";
import type { Layout } from "../workspace/layout.ts";
import { ProgressLines } from "./progress.ts";
import { KeptSteps } from "./kept-steps.ts";
import { makeOwnFolder } from "./own-folder.ts";
import { type MetricsFile, readToldOtherwise, type ToldOtherwise } from "./told-otherwise.ts";
import {
  HOLDOUT_FILE,
  PARAMETERS_FILE,
  PROBABILITIES_FILE,
  PRUNE_FILE,
  REQUEST_FILE,
  ROWS_FILE,
} from "./trial-request.ts";

type CommandTrainer = Extract<Round["trainer"], { readonly kind: "command" }>;

/** How any trainer is watched. */
export type Common = Pick<
  SuperviseOptions,
  "secondsLeft" | "grace" | "memoryMiB" | "signal" | "output" | "isFinished"
>;

/** How a trainer ended, and what it told beside its report. */
export interface Ran extends Supervised {
  /** Steps that it told while it ran. */
  readonly history: readonly StepRecord[];
  /** Of a command that the study has metrics read of. */
  readonly told?: ToldOtherwise | undefined;
}

/** Python holds back what it prints into a pipe; what is read while it runs has to come while it runs. */
const UNBUFFERED = { PYTHONUNBUFFERED: "1" };

interface CommandContext {
  readonly layout: Layout;
  /** Undefined where nothing is kept. */
  readonly artifactFolder: string | undefined;
  readonly isRefit?: boolean;
  readonly warnings: Warnings;
  readonly onStep: ((record: StepRecord) => void) | undefined;
}

/** Starts a command for a request, watches it to its end, and reads what it told of itself. */
export async function runCommand(
  trainer: CommandTrainer,
  request: CommandRequest,
  common: Common,
  { layout, artifactFolder = "", isRefit = false, warnings, onStep }: CommandContext,
): Promise<Ran> {
  const { params, scratchFolder } = request;
  const values = valuesOf(request, layout, artifactFolder);
  const fill = (text = ""): string => fillText(text, values, params) ?? "";
  const [program = "", ...args] = fillCommand(trainer, values, params);
  const { cwd, metricsFile } = findPlaces(trainer, fill, { ...layout, scratchFolder });
  const patterns = await loadPatterns(trainer.metrics);
  const kept = keepSteps(request, warnings);
  const progress = new ProgressLines(warnings, { onStep, patterns, kept });
  const run = await supervise({
    ...common,
    command: [program, ...args],
    cwd,
    env: {
      ...(patterns === undefined ? {} : UNBUFFERED),
      ...withoutOwnLibraries(process.env),
      ...fillEnvironment(trainer, values, params),
      ...commandEnvironment(values),
      ...tellPurpose(scratchFolder, isRefit),
      ...(isRefit ? limitThreads(values.threads) : {}),
    },
    withChannel: false,
    mark: `${variableOf("scratch")}=${values.scratch}`,
    onLine: progress.read,
    onErrorLine: patterns && progress.search,
    pipeFolder: scratchFolder,
  });
  const sources = { metrics: trainer.metrics, metricsFile };
  const told = await readToldOtherwise(sources, { progress, warnings });
  kept?.finish(told?.history);
  const stderrTail = run.stderrTail === "" ? progress.lastWords : run.stderrTail;
  return { ...run, stderrTail, history: progress.history, told };
}

/** Undefined where the trial never goes on from a checkpoint. */
function keepSteps({ checkpoint }: CommandRequest, warnings: Warnings): KeptSteps | undefined {
  if (checkpoint === null) return undefined;
  const resumes = describeCheckpoints(checkpoint.folder) !== "";
  return new KeptSteps(toldStepsFile(checkpoint.folder), resumes, warnings);
}

/** Where the program runs, by default so that `python train.py` finds a file of the workspace; and what it writes there. */
function findPlaces(
  { cwd, metricsFile: written }: CommandTrainer,
  fill: (text?: string) => string,
  { resolve: locate, workspace, scratchFolder }: Layout & { readonly scratchFolder: string },
): { readonly cwd: string; readonly metricsFile?: MetricsFile } {
  const shared = locate(fill(cwd));
  if (written === undefined) return { cwd: shared };
  const file = fill(written);
  const own = makeOwnFolder({ cwd: shared, file, workspace, scratchFolder });
  return { cwd: own, metricsFile: { path: resolve(own, file), written, isApart: own !== shared } };
}

/** Loaded where there are some: elements start by the thousand. */
async function loadPatterns(metrics: CommandTrainer["metrics"]) {
  if (metrics === undefined) return undefined;
  const { MetricPatterns } = await import("../formats/metric-patterns.ts");
  return new MetricPatterns(metrics);
}

function tellPurpose(scratchFolder: string, isRefit: boolean): Record<string, string> {
  return {
    [PRUNE_VARIABLE]: join(scratchFolder, PRUNE_FILE),
    [REFIT_VARIABLE]: isRefit ? "1" : "",
  };
}

/** For a command that no element runs. */
function limitThreads(threads: string): Record<string, string> {
  return Object.fromEntries(THREAD_VARIABLES.map((name) => [name, threads]));
}

/** A staged Node may run with libraries of its own (partials/element-program.hbs), which are not for the trainer. */
function withoutOwnLibraries(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { BSWEEP_LIBRARIES: own, LD_LIBRARY_PATH: path, ...others } = environment;
  return path === undefined || path === own ? others : { ...others, LD_LIBRARY_PATH: path };
}

function valuesOf(
  request: CommandRequest,
  { workspace }: Layout,
  artifacts: string,
): CommandValues {
  const { scratchFolder, dataset } = request;
  return {
    request: join(scratchFolder, REQUEST_FILE),
    result: request.reportFile,
    params: join(scratchFolder, PARAMETERS_FILE),
    seed: String(request.seed),
    epochs: String(request.resource.epochs),
    threads: String(request.threads),
    data: dataset?.path ?? "",
    holdout: dataset === null ? "" : join(scratchFolder, HOLDOUT_FILE),
    rows: dataset === null ? "" : join(scratchFolder, ROWS_FILE),
    probabilities: dataset === null ? "" : join(scratchFolder, PROBABILITIES_FILE),
    checkpoints: request.checkpoint?.folder ?? "",
    artifacts,
    scratch: scratchFolder,
    workspace,
  };
}
