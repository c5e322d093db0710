import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Effects } from "../core/effects.ts";
import { explainFailure } from "../core/trial.ts";
import { BsweepError } from "../core/errors.ts";
import type { Study } from "../core/study.ts";
import { type PlannedArrays, planStudy } from "./plan.ts";
import type { WrittenRound } from "./generate/write-round.ts";
import { runAttached } from "../process/run-child.ts";
import { schedulerOf } from "../schedulers/index.ts";
import { SUBMIT_SCRIPT } from "../workspace/layout.ts";
import { generateRound } from "./generate.ts";
import { loadStudy, type PlanOptions } from "./plan/load-study.ts";
import { loadSiteOf } from "./site/load-site.ts";
import { findOnlyResult } from "../rounds/results.ts";
import { listUnsubmitted } from "../rounds/round.ts";

interface SubmitOptions extends PlanOptions {
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /** Go on until everything is submitted: where the queue is full, and where a first trial has to tell its time. */
  readonly wait: boolean;
  /** Options handed on to submit.sh, such as `--no-canary`. */
  readonly scriptOptions: readonly string[];
  /** What submit.sh says goes to stderr: stdout is for a report. */
  readonly onStderr: boolean;
  readonly signal: AbortSignal;
}

export interface SubmitReport {
  readonly study: string;
  readonly studyFile: string;
  /** Rounds whose submit.sh ran, in order, and how it ended. */
  readonly rounds: readonly { readonly round: number; readonly exitStatus: number }[];
  /** The round that had to be written first; null when there was one. */
  readonly generated: WrittenRound | null;
  /** What would have to be written first, under --dry-run. */
  readonly planned: PlannedArrays | null;
  /** 0, or that of the first submit.sh that did not end well. */
  readonly exitStatus: number;
  /** `trialsPerElement: auto`: what comes after the first trial is not written yet. */
  readonly awaitsCanary: boolean;
}

/** The exit status of submit.sh when the rest has to wait for room in the queue. */
const WAVE_STATUS = 75;
const WAVE_PAUSE_SECONDS = 60;
const CANARY_PAUSE_SECONDS = 30;

/**
 * Submits what is not submitted: the study's rounds in order, by their submit.sh, on this process's terminal.
 * When nothing is left to submit, the next round is generated first.
 * @throws BsweepError USAGE on a site without a scheduler; CONFLICT when a first trial failed; else as generate does
 */
export async function submitStudy(options: SubmitOptions, effects: Effects): Promise<SubmitReport> {
  const { study } = loadStudy(options);
  requireScheduler(study);
  const { pending, generated, planned } = await findPending(study.name, options, effects);
  const rounds: { round: number; exitStatus: number }[] = [];
  for (const round of pending) {
    rounds.push({ round, exitStatus: await submitRound(study.name, round, options, effects) });
    // A round that is refused, or has to ask, holds up no other; a full queue does.
    if (rounds.at(-1)?.exitStatus === WAVE_STATUS) break;
  }
  const exitStatus = rounds.find((round) => round.exitStatus !== 0)?.exitStatus ?? 0;
  const canaryRound = generated?.kind === "canary" && exitStatus === 0 ? generated.round : null;
  if (canaryRound !== null && options.wait) {
    await awaitCanary(canaryRound, study.name, options, effects);
    if (!options.signal.aborted) return submitStudy(options, effects);
  }
  return {
    study: study.name,
    studyFile: options.studyFile,
    ...{ rounds, generated, planned, exitStatus },
    awaitsCanary: canaryRound !== null,
  };
}

function requireScheduler(study: Study): void {
  const site = loadSiteOf(study);
  if (schedulerOf(site).submits) return;
  throw new BsweepError("USAGE", `the site ${site.name} has no scheduler to submit to`, {
    hint: `bsweep local ${study.file} runs the study here; cluster.site in it names another site`,
  });
}

/** What is not submitted; where that is nothing, the next round is written, or under --dry-run only counted. */
async function findPending(
  study: string,
  options: SubmitOptions,
  effects: Effects,
): Promise<Pick<SubmitReport, "generated" | "planned"> & { readonly pending: readonly number[] }> {
  const pending = listUnsubmitted(options.layout, study);
  if (pending.length > 0) return { pending, generated: null, planned: null };
  if (options.dryRun) {
    const { arrays } = await planStudy(options);
    return { pending, generated: null, planned: arrays.arrays > 0 ? arrays : null };
  }
  const { written } = await generateRound({ ...options, overwrite: false }, effects);
  return { pending: listUnsubmitted(options.layout, study), generated: written, planned: null };
}

/** The exit status of its submit.sh. */
async function submitRound(
  study: string,
  round: number,
  options: SubmitOptions,
  effects: Effects,
): Promise<number> {
  const { layout } = options;
  const script = join(layout.round(study, round), SUBMIT_SCRIPT);
  const args = [script, ...(options.dryRun ? ["--dry-run"] : []), ...options.scriptOptions];
  for (;;) {
    const run = await runAttached("bash", args, {
      cwd: layout.workspace,
      env: process.env,
      stdin: "inherit",
      stdout: options.onStderr ? "stderr" : "inherit",
    });
    const exitStatus = run.exitStatus ?? 1;
    if (exitStatus !== WAVE_STATUS || !options.wait) return exitStatus;
    effects.reporter.info(
      `the next wave in ${WAVE_PAUSE_SECONDS} s; Ctrl-C stops, nothing is lost`,
    );
    if (!(await rest(WAVE_PAUSE_SECONDS, options.signal))) return exitStatus;
  }
}

async function awaitCanary(
  round: number,
  study: string,
  { layout, signal }: SubmitOptions,
  effects: Effects,
): Promise<void> {
  effects.reporter.info(
    "waiting for the first trial, whose time decides how the others are packed",
  );
  do {
    const result = await findOnlyResult(layout, study, round);
    if (result?.state === "complete") return;
    if (result !== undefined) {
      const why = result.failure === null ? result.state : explainFailure(result.failure);
      throw new BsweepError("CONFLICT", `the first trial did not complete: ${why}`, {
        hint: `see its log in ${join(layout.round(study, round), "logs")}; set resources.trialsPerElement to a number to go on without it`,
      });
    }
  } while (await rest(CANARY_PAUSE_SECONDS, signal));
}

/** False, at once, when somebody stops the work. */
async function rest(seconds: number, signal: AbortSignal): Promise<boolean> {
  return pause(seconds * 1000, true, { signal }).catch(() => false);
}
