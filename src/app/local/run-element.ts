import { mkdirSync, readFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import { runLogged } from "../../process/run-logged.ts";
import type { Layout } from "../../workspace/layout.ts";
import { builtProgram } from "../../workspace/package.ts";
import type { LocalElement } from "./pending.ts";

const LOG_TAIL_LINES = 8;

/**
 * Runs one element through its job script, with the environment that LSF gives an element.
 * @returns false when it was stopped by `signal`
 * @throws BsweepError WORKSPACE when the script ends without having left its results
 */
export async function runLocalElement(
  local: LocalElement,
  layout: Layout,
  signal: AbortSignal,
): Promise<boolean> {
  mkdirSync(local.logFolder, { recursive: true });
  const { index } = local.element;
  const logFile = join(
    local.logFolder,
    `${basename(local.script).split(".")[0] ?? ""}.local.${index}.log`,
  );
  const end = await runLogged({
    command: "bash",
    args: [local.script],
    env: elementEnvironment(local, layout, logFile),
    logFile,
    signal,
  });
  if (end.exitStatus === 0) return true;
  if (signal.aborted) return false;
  throw new BsweepError(
    "WORKSPACE",
    `element ${index} of ${basename(local.script)} ended with ${end.signal ?? `exit status ${String(end.exitStatus)}`} and left no result`,
    { hint: `${logFile} ends with:\n${tailOf(logFile)}` },
  );
}

/** What LSF sets for an element, and what sends the job script to this machine's bsweep and workspace. */
function elementEnvironment(
  { element, jobName }: LocalElement,
  layout: Layout,
  logFile: string,
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    LSB_JOBINDEX: String(element.index),
    LSB_JOBID: "0",
    LSB_JOBNAME: `${jobName}[${element.index}]`,
    LSB_OUTPUTFILE: logFile,
    LS_SUBCWD: layout.workspace,
    BSWEEP: builtProgram("main.js"),
    BSWEEP_WORKSPACE: layout.workspace,
    BSWEEP_PATH: [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
  };
}

function tailOf(file: string): string {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines
    .slice(-LOG_TAIL_LINES)
    .map((line) => `  ${line}`)
    .join("\n");
}
