import { join } from "node:path";
import type { Round } from "../formats/round-file.ts";
import type { CommandRequest } from "../formats/trainer-request.ts";
import type { Warnings } from "../formats/warnings.ts";
import { type SuperviseOptions, supervise } from "../process/supervise.ts";
import type { Layout } from "../workspace/layout.ts";
import { builtProgram } from "../workspace/package.ts";
import { type Common, type Ran, runCommand } from "./command-run.ts";
import { ProgressLines } from "./progress.ts";
import type { RungWatch } from "./rung-watch.ts";
import { ReportWatch } from "./report-watch.ts";
import { REQUEST_FILE } from "./trial-request.ts";

/** From SIGTERM to SIGKILL, for a trainer that has nothing to save. */
const PLAIN_GRACE_SECONDS = 5;
/** The same for one that leaves a checkpoint. The scheduler may be less patient. */
const CHECKPOINT_GRACE_SECONDS = 30;

interface TrainerRunOptions {
  readonly round: Round;
  readonly layout: Layout;
  /** Where a command may leave what is to be kept. */
  readonly artifactFolder: string | undefined;
  /** Seconds until the trial has to be over; `marginSeconds` more may pass before the element must end. */
  readonly secondsLeft: number;
  readonly marginSeconds: number;
  readonly signal: AbortSignal;
  /** File descriptor that takes what the trainer writes; by default this process's own output. */
  readonly output?: number;
  /** Stops it early, by what it tells while it runs. */
  readonly rungs: RungWatch | undefined;
}

export interface TrainerRun extends Ran {
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
  const watch = new ReportWatch(request.reportFile);
  const common = {
    ...timeLimits(request, options),
    memoryMiB: limits.memoryMiB,
    signal: AbortSignal.any([options.signal, ...(rungs === undefined ? [] : [rungs.signal])]),
    ...(options.output === undefined ? {} : { output: options.output }),
    isFinished: watch.isFinished,
  };
  const onStep = rungs?.see;
  const run =
    trainer.kind === "cnn"
      ? await runBuiltIn(request, common, onStep && new ProgressLines(warnings, { onStep }))
      : await runCommand(trainer, request, common, { ...options, warnings, onStep });
  return { ...run, quietSeconds: watch.quietSeconds };
}

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
