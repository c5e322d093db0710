import { BsweepError } from "../core/errors.ts";
import { RUN_AGAIN_STATUS } from "../core/trial.ts";
import { logicalPath } from "../workspace/layout.ts";
import { defaultWorkspace } from "./element.ts";
import { listenForSignals } from "./job-program.ts";
import { printError } from "./output.ts";

/** What `bsweep pool` is told. */
interface PoolArguments {
  readonly manifest: string;
  readonly workspace: string;
}

/** How long a task may show no sign of life. Storage may be late, hosts may be busy. */
const PATIENCE_SECONDS = 60;

/** Signals by which a person ends a task. What else ends it asks to run the job again. */
const INTERRUPTED_STATUS = { SIGINT: 130, SIGHUP: 129 } as const;

/** The arguments in the very form the job scripts write: `pool --manifest F` (see readElementArguments). */
export function readPoolArguments(argv: readonly string[]): PoolArguments | undefined {
  const [command, option, manifest, ...rest] = argv;
  if (command !== "pool" || option !== "--manifest" || manifest === undefined || rest.length > 0) {
    return undefined;
  }
  return { manifest, workspace: logicalPath(defaultWorkspace()) };
}

/** Runs a task of a pool, tells any error. Returns the exit status. */
export async function startPool(pool: PoolArguments): Promise<number> {
  try {
    return await runPoolProcess(pool);
  } catch (error) {
    return printError(error, false);
  }
}

/**
 * Runs a task of a pool until no element is left or a signal stops it.
 * @returns exit status: 0 all elements are done, 75 to be run again, 128 + signal when a person interrupted it
 * @throws BsweepError WORKSPACE when elements were given up; else as runPool does
 */
export async function runPoolProcess({ manifest, workspace }: PoolArguments): Promise<number> {
  const { runPool } = await import("../runner/pool/run-pool.ts");
  const { createLayout } = await import("../workspace/layout.ts");
  // The job's time is up, or its host is wanted for something else.
  const program = listenForSignals(INTERRUPTED_STATUS, ["SIGTERM", "SIGUSR2"]);
  const end = await runPool({
    manifestFile: logicalPath(manifest),
    layout: createLayout(workspace),
    signal: program.signal,
    elapsedSeconds: secondsBeforeThisProcess(),
    patienceSeconds: Number(process.env["BSWEEP_PATIENCE_SECONDS"] ?? PATIENCE_SECONDS),
    log: (line) => process.stdout.write(`${new Date().toISOString()} ${line}\n`),
  });
  if (end === "complete") return 0;
  if (end === "left") return program.interruptedStatus() || RUN_AGAIN_STATUS;
  throw new BsweepError(
    "WORKSPACE",
    "some elements were given up: too many tasks were lost over each of them",
    {
      hint: "see the elements' and the tasks' logs, then: bsweep retry",
    },
  );
}

/** How long the job had been running when this process began: its first host noted when it started. */
function secondsBeforeThisProcess(): number {
  const started = Number(process.env["BSWEEP_JOB_STARTED"] ?? NaN);
  const passed = performance.timeOrigin / 1000 - started;
  // Clocks of two hosts may differ; a job does not start after its tasks.
  return Number.isFinite(passed) ? Math.max(0, passed) : 0;
}
