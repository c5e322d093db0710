import { mkdirSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { BsweepError, messageOf } from "../../core/errors.ts";
import { type ManifestElement, RUN_AGAIN_STATUS } from "../../core/trial.ts";
import type { Round } from "../../formats/round-file.ts";
import { readElements } from "../../rounds/round.ts";
import { type ChildEnd, runLogged } from "../../process/run-child.ts";
import { SCHEDULERS } from "../../schedulers/index.ts";
import { readLogEnd } from "../cluster/log-end.ts";
import {
  arrayName,
  CANARY,
  elementLogName,
  type Layout,
  logFolderName,
} from "../../workspace/layout.ts";
import { builtProgram } from "../../workspace/package.ts";

/** An element of a round on disk, with where its parts lie. All paths are absolute. */
export interface LocalElement {
  readonly element: ManifestElement;
  readonly round: number;
  readonly array: number;
  readonly jobName: string;
  readonly script: string;
  readonly logFolder: string;
  /** The canary's after its own: the canary's trial stands in the first array too. */
  readonly resultFolders: readonly [string, string];
}

/** Every element of a round, in order. @throws BsweepError INVALID_MANIFEST, CONFLICT */
export function listElements(layout: Layout, round: Round): LocalElement[] {
  const { study } = round;
  // Its job files start tasks on a cluster's hosts.
  if (round.cluster?.pool != null) {
    const message = `round ${round.round} of ${study} is made of parallel jobs`;
    const hint =
      "to try it here, take cluster.pool out of the study, then: bsweep generate --overwrite";
    throw new BsweepError("CONFLICT", message, { hint });
  }
  const folder = layout.round(study, round.round);
  return round.arrays
    .filter(({ array }) => array !== CANARY)
    .flatMap((array) =>
      readElements(layout, round, array).map((element) => ({
        element,
        ...{ round: round.round, array: array.array },
        jobName: array.jobName,
        script: join(folder, array.script),
        logFolder: join(folder, logFolderName(array.array)),
        resultFolders: resultFoldersOf(layout, study, round.round, array.array),
      })),
    );
}

export function resultFoldersOf(
  layout: Layout,
  study: string,
  round: number,
  array: number,
): LocalElement["resultFolders"] {
  const results = layout.roundResults(study, round);
  return [join(results, arrayName(array)), join(results, arrayName(CANARY))];
}

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
  const tail = (await readLogEnd(logFile)).slice(-LOG_TAIL_LINES);
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
