import { join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import { runProcess } from "../../process/exec.ts";
import { runLogged } from "../../process/run-child.ts";
import { logFolderName, manifestName, SUBMIT_SCRIPT, type Layout } from "../../workspace/layout.ts";
import { builtProgram } from "../../workspace/package.ts";
import { type LocalElement, resultFoldersOf, runLocalElement } from "../local/elements.ts";
import { readRound } from "../../rounds/round.ts";
import type { SmokeRound } from "./rounds.ts";

const ARRAY = 1;

/** Submits a round by its submit.sh, as a study's is. Returns what that said. @throws BsweepError SCHEDULER_REFUSED */
export async function submitRound(round: SmokeRound, dryRun: boolean): Promise<string> {
  const script = join(round.folder, SUBMIT_SCRIPT);
  const run = await runProcess("bash", [script, dryRun ? "--dry-run" : "--quiet"]);
  if (run.succeeded) return run.stdout;
  const [first = "", ...hints] = run.stderr.split("\n");
  throw new BsweepError("SCHEDULER_REFUSED", first.replace(/^error: /, "") || run.failure, {
    hint: hints.join("\n").replace(/^hint: /, "") || `run bash ${script} by hand`,
  });
}

/** Runs a round's probes on this machine, as processes; ends when all have ended. */
export async function runHere(
  round: SmokeRound,
  layout: Layout,
  signal: AbortSignal,
): Promise<void> {
  const { length } = round.trials;
  const run = round.kind === "array" ? runElementHere : runTaskHere;
  await Promise.all(Array.from({ length }, (_, index) => run(round, index + 1, layout, signal)));
}

async function runElementHere(
  { folder, study, round, trials }: SmokeRound,
  index: number,
  layout: Layout,
  signal: AbortSignal,
): Promise<void> {
  const local: LocalElement = {
    element: { schemaVersion: 1, index, trials: trials.slice(index - 1, index) },
    ...{ round, array: ARRAY },
    jobName: study.name,
    script: join(folder, readRound(layout, study.name, round)?.arrays[0]?.script ?? ""),
    logFolder: join(folder, logFolderName(ARRAY)),
    resultFolders: resultFoldersOf(layout, study.name, round, ARRAY),
  };
  await runLocalElement(local, layout, signal);
}

async function runTaskHere(
  { folder }: SmokeRound,
  task: number,
  { workspace }: Layout,
  signal: AbortSignal,
): Promise<void> {
  await runLogged({
    command: process.execPath,
    args: [builtProgram("main.js"), "pool", "--manifest", join(folder, manifestName(ARRAY))],
    env: { ...process.env, BSWEEP_WORKSPACE: workspace },
    logFile: join(folder, logFolderName(ARRAY), `task-${task}.log`),
    signal,
  });
}
