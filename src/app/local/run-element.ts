import { mkdirSync, readFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { BsweepError, messageOf } from "../../core/errors.ts";
import { RUN_AGAIN_STATUS } from "../../core/trainer-request.ts";
import { type LoggedRun, type LoggedRunOptions, runLogged } from "../../process/run-logged.ts";
import { SCHEDULERS } from "../../schedulers/index.ts";
import { elementLogName, type Layout } from "../../workspace/layout.ts";
import { builtProgram } from "../../workspace/package.ts";
import type { LocalElement } from "./elements.ts";

const LOG_TAIL_LINES = 8;

/** The job id of what no scheduler runs. */
const LOCAL_JOB = "0";

/** `again`: it is to be run again. `stopped`: the signal ended it. */
export type LocalEnd = "done" | "again" | "stopped";

/**
 * Runs one element through its job script, with the environment that its scheduler gives an element.
 * @throws BsweepError WORKSPACE when the script cannot run, or fails
 */
export async function runLocalElement(
  local: LocalElement,
  layout: Layout,
  signal: AbortSignal,
): Promise<LocalEnd> {
  const { index } = local.element;
  const logFile = join(local.logFolder, elementLogName(index));
  const end = await runScript(local.script, {
    env: elementEnvironment(local, layout, logFile),
    logFile,
    signal,
  });
  if (end.exitStatus === 0) return "done";
  if (signal.aborted) return "stopped";
  if (end.exitStatus === RUN_AGAIN_STATUS) return "again";
  throw new BsweepError(
    "WORKSPACE",
    `element ${index} of ${basename(local.script)} ended with ${end.signal ?? `exit status ${String(end.exitStatus)}`} and left no result`,
    { hint: `${logFile} ends with:\n${tailOf(logFile)}` },
  );
}

type ScriptRun = Pick<LoggedRunOptions, "env" | "logFile" | "signal">;

async function runScript(script: string, run: ScriptRun): Promise<LoggedRun> {
  try {
    mkdirSync(dirname(run.logFile), { recursive: true });
    return await runLogged({ command: "bash", args: [script], ...run });
  } catch (cause) {
    throw new BsweepError("WORKSPACE", `cannot run ${script}: ${messageOf(cause)}`, { cause });
  }
}

/** What the scheduler sets for an element, and what sends the job script to this machine's bsweep and workspace. */
function elementEnvironment(
  local: LocalElement,
  layout: Layout,
  logFile: string,
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...schedulerVariables(local, logFile),
    LS_SUBCWD: layout.workspace,
    BSWEEP: builtProgram("main.js"),
    BSWEEP_WORKSPACE: layout.workspace,
    BSWEEP_PATH: [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
    // Its output goes to the log already.
    BSWEEP_LOG: logFile,
  };
}

/** The job file tells which scheduler it was written for. */
function schedulerVariables(
  { element: { index }, script, jobName }: LocalElement,
  logFile: string,
): NodeJS.ProcessEnv {
  const scheduler = SCHEDULERS.find(({ jobFile }) => script.endsWith(jobFile.scriptExtension));
  return scheduler?.element.variablesOf({ jobId: LOCAL_JOB, index, jobName, logFile }) ?? {};
}

function tailOf(file: string): string {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines
    .slice(-LOG_TAIL_LINES)
    .map((line) => `  ${line}`)
    .join("\n");
}
