import { mkdirSync, readFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { BsweepError, messageOf } from "../../core/errors.ts";
import { RUN_AGAIN_STATUS } from "../../core/trial.ts";
import { runLogged, type ChildEnd } from "../../process/run-child.ts";
import { SCHEDULERS } from "../../schedulers/index.ts";
import { elementLogName, type Layout } from "../../workspace/layout.ts";
import { builtProgram } from "../../workspace/package.ts";
import type { LocalElement } from "./elements.ts";

const LOG_TAIL_LINES = 8;

/** The job id of what no scheduler runs. */
const LOCAL_JOB = "0";

/** `again`: it is to be run again. `stopped`: the signal ended it. */
type LocalEnd = "done" | "again" | "stopped";

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
  const env = elementEnvironment(local, layout, logFile);
  let end: ChildEnd;
  try {
    mkdirSync(local.logFolder, { recursive: true });
    end = await runLogged({ command: "bash", args: [local.script], env, logFile, signal });
  } catch (cause) {
    const message = `cannot run ${local.script}: ${messageOf(cause)}`;
    throw new BsweepError("WORKSPACE", message, { cause });
  }
  if (end.exitStatus === 0) return "done";
  if (signal.aborted) return "stopped";
  if (end.exitStatus === RUN_AGAIN_STATUS) return "again";
  const how = end.signal ?? `exit status ${String(end.exitStatus)}`;
  const tail = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-LOG_TAIL_LINES);
  throw new BsweepError(
    "WORKSPACE",
    `element ${index} of ${basename(local.script)} ended with ${how} and left no result`,
    { hint: [`${logFile} ends with:`, ...tail.map((line) => `  ${line}`)].join("\n") },
  );
}

/** What the scheduler sets for an element, and what sends the job script to this machine's bsweep and workspace. */
function elementEnvironment(
  local: LocalElement,
  layout: Layout,
  logFile: string,
): NodeJS.ProcessEnv {
  const { script, jobName } = local;
  const { index } = local.element;
  // The job file tells which scheduler it was written for.
  const scheduler = SCHEDULERS.find(({ jobFile }) => script.endsWith(jobFile.scriptExtension));
  return {
    ...process.env,
    ...scheduler?.element.variablesOf({ jobId: LOCAL_JOB, index, jobName, logFile }),
    LS_SUBCWD: layout.workspace,
    BSWEEP: builtProgram("main.js"),
    BSWEEP_WORKSPACE: layout.workspace,
    BSWEEP_PATH: [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
    // Its output goes to the log already.
    BSWEEP_LOG: logFile,
  };
}
