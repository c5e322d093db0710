import { join } from "node:path";
import type { Round } from "../formats/round-file.ts";
import {
  commandEnvironment,
  fillCommand,
  PRUNE_VARIABLE,
  type CommandValues,
  variableOf,
} from "../core/trainer-command.ts";
import type { CommandRequest } from "../formats/trainer-request.ts";
import type { StepRecord } from "../core/trial.ts";
import type { Warnings } from "../formats/warnings.ts";
import { type Supervised, type SuperviseOptions, supervise } from "../process/supervise.ts";
import type { Layout } from "../workspace/layout.ts";
import { builtProgram } from "../workspace/package.ts";
import { ProgressLines } from "./progress.ts";
import type { RungWatch } from "./rung-watch.ts";
import { ReportWatch } from "./report-watch.ts";
import {
  HOLDOUT_FILE,
  PARAMETERS_FILE,
  PROBABILITIES_FILE,
  PRUNE_FILE,
  REQUEST_FILE,
  ROWS_FILE,
} from "./trial-request.ts";

/** From SIGTERM to SIGKILL, for a trainer that has nothing to save. */
const PLAIN_GRACE_SECONDS = 5;
/** The same for one that leaves a checkpoint. The scheduler may be less patient. */
const CHECKPOINT_GRACE_SECONDS = 30;

interface TrainerRunOptions {
  readonly round: Round;
  readonly layout: Layout;
  /** Seconds until the trial has to be over; `marginSeconds` more may pass before the element must end. */
  readonly secondsLeft: number;
  readonly marginSeconds: number;
  readonly signal: AbortSignal;
  /** File descriptor that takes what the trainer writes; by default this process's own output. */
  readonly output?: number;
  /** Stops it early, by what it tells while it runs. */
  readonly rungs: RungWatch | undefined;
}

export interface TrainerRun extends Supervised {
  /** What it told of its steps while it ran. */
  readonly history: readonly StepRecord[];
  /** It had left a report and had done nothing since for so long, when it was last looked at. */
  readonly quietSeconds: number;
}

/** Starts the round's trainer for a request and watches it to its end. */
export async function runTrainer(
  request: CommandRequest,
  options: TrainerRunOptions,
  warnings: Warnings,
): Promise<TrainerRun> {
  const { rungs } = options;
  const { trainer, limits } = options.round;
  const progress = new ProgressLines(warnings, rungs?.see);
  const watch = new ReportWatch(request.reportFile);
  const common = {
    ...timeLimits(request, options),
    memoryMiB: limits.memoryMiB,
    signal: AbortSignal.any([options.signal, ...(rungs === undefined ? [] : [rungs.signal])]),
    ...(options.output === undefined ? {} : { output: options.output }),
    isFinished: watch.isFinished,
  };
  const run =
    trainer.kind === "cnn"
      ? await runBuiltIn(request, common, rungs === undefined ? undefined : progress)
      : await runCommand(trainer.command, request, common, { layout: options.layout, progress });
  return { ...run, quietSeconds: watch.quietSeconds };
}

type Common = Pick<
  SuperviseOptions,
  "secondsLeft" | "grace" | "memoryMiB" | "signal" | "output" | "isFinished"
>;
type Ran = Omit<TrainerRun, "quietSeconds">;

/** Its report holds all that its lines tell; they are read where it may be stopped before it leaves one. */
async function runBuiltIn(
  { scratchFolder }: CommandRequest,
  common: Common,
  progress: ProgressLines | undefined,
): Promise<Ran> {
  const run = await supervise({
    ...common,
    command: [process.execPath, builtProgram("trainer/main.js"), join(scratchFolder, REQUEST_FILE)],
    cwd: scratchFolder,
    // It speaks with nobody, and Node would read them before all else: that takes longer than its own start.
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined },
    withChannel: true,
    ...(progress === undefined ? {} : { onLine: progress.read }),
  });
  return { ...run, history: progress?.history ?? [] };
}

async function runCommand(
  words: readonly string[],
  request: CommandRequest,
  common: Common,
  { layout, progress }: { readonly layout: Layout; readonly progress: ProgressLines },
): Promise<Ran> {
  const values = valuesOf(request);
  const [program = "", ...args] = fillCommand(words, values, request.params);
  const run = await supervise({
    ...common,
    command: [program, ...args],
    // So that `python train.py` finds a file of the workspace.
    cwd: layout.workspace,
    env: {
      ...{ ...withoutOwnLibraries(process.env), ...commandEnvironment(values) },
      [PRUNE_VARIABLE]: join(request.scratchFolder, PRUNE_FILE),
    },
    withChannel: false,
    mark: `${variableOf("scratch")}=${values.scratch}`,
    onLine: progress.read,
    pipeFolder: request.scratchFolder,
  });
  const stderrTail = run.stderrTail === "" ? progress.lastWords : run.stderrTail;
  return { ...run, stderrTail, history: progress.history };
}

/** A staged Node may run with libraries of its own (partials/element-program.hbs), which are not for the trainer. */
function withoutOwnLibraries(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { BSWEEP_LIBRARIES: own, LD_LIBRARY_PATH: path, ...others } = environment;
  return path === undefined || path === own ? others : { ...others, LD_LIBRARY_PATH: path };
}

/**
 * A trainer with checkpoints stops by its own clock, `endsAt`. SIGTERM comes a third of the margin later, for one that
 * does not look at it or is about to leave, SIGKILL after another third; the last one is for its result.
 */
function timeLimits(
  { checkpoint }: CommandRequest,
  { secondsLeft, marginSeconds }: TrainerRunOptions,
): Pick<SuperviseOptions, "secondsLeft" | "grace"> {
  if (checkpoint === null) {
    const grace = { timeoutSeconds: PLAIN_GRACE_SECONDS, abortSeconds: PLAIN_GRACE_SECONDS };
    return { secondsLeft, grace };
  }
  const third = marginSeconds / 3;
  return {
    secondsLeft: secondsLeft + third,
    grace: { timeoutSeconds: third, abortSeconds: CHECKPOINT_GRACE_SECONDS },
  };
}

function valuesOf(request: CommandRequest): CommandValues {
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
    scratch: scratchFolder,
  };
}
