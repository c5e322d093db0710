import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { RUN_AGAIN_STATUS, type TrainerReport } from "../core/trial.ts";
import { Warnings } from "../formats/warnings.ts";
import { makeScratchFolder } from "../workspace/scratch.ts";
import { judge } from "./outcome.ts";
import type { CommandRefit, RefitEnd } from "../rounds/run-setup.ts";
import { runTrainer } from "./trainer-run.ts";
import { limitsOf } from "./trial-run.ts";
import { PROBABILITIES_FILE, writeRequest } from "./trial-request.ts";

/** From SIGTERM to SIGKILL, when it is stopped. */
const GRACE_SECONDS = 60;

/**
 * Runs a command as its trials are run, without a limit of time or memory. What it leaves is the model: a program that ended in order is
 * through, whether it has measured anything or not, for there may be no row to be judged on.
 */
export async function runCommandRefit(refit: CommandRefit): Promise<RefitEnd> {
  const { trial, setup, layout, signal } = refit;
  const scratchFolder = makeScratchFolder("refit");
  try {
    const context = { ...refit, round: setup, secondsLeft: Infinity };
    const request = writeRequest(trial, context, scratchFolder);
    const warnings = new Warnings();
    const options = { ...context, marginSeconds: GRACE_SECONDS, rungs: undefined, isRefit: true };
    const run = await runTrainer(request, options, warnings);
    if (run.exitStatus === RUN_AGAIN_STATUS || signal.aborted) return { end: "stopped" };
    const limits = limitsOf(
      request,
      { round: setup, layout, marginSeconds: GRACE_SECONDS },
      warnings,
    );
    const outcome = await judge(run, request.reportFile, limits, warnings);
    const { report = NOTHING } = outcome;
    const isThrough = run.exitStatus === 0 && report.failure === undefined;
    if (outcome.state === "failed" && !isThrough)
      return { end: "failed", failure: outcome.failure };
    const left = join(scratchFolder, PROBABILITIES_FILE);
    if (report.holdout !== undefined && existsSync(left))
      copyFileSync(left, refit.probabilitiesFile);
    return { end: "trained", report, warnings: warnings.list(), seconds: run.seconds };
  } finally {
    rmSync(scratchFolder, { recursive: true, force: true, maxRetries: 2 });
  }
}

const NOTHING: TrainerReport = { metrics: {}, history: [] };
