import { BsweepError } from "../core/errors.ts";
import { RUN_AGAIN_STATUS } from "../core/trial.ts";
import { logicalCwd, logicalPath } from "../workspace/layout.ts";
import { listenForSignals } from "./job-program.ts";
import { printError } from "./output.ts";

/** What `bsweep trial` is told. */
interface ElementArguments {
  readonly manifest: string;
  /** From 1. */
  readonly index: number;
  readonly workspace: string;
  /** Whether others wait for it: a failed trial is told by the exit status then. */
  readonly canary: boolean;
}

/** Exit status of a canary whose trial failed: what waits for it must not start. */
const CANARY_FAILED_STATUS = 1;

/** Exit status of a runner that was interrupted and left no result, by the signal (128 + number). */
const INTERRUPTED_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** The folder that holds jobs/ and results/, where no option names one. */
export function defaultWorkspace(): string {
  return process.env["BSWEEP_WORKSPACE"] ?? logicalCwd();
}

/**
 * The arguments of `bsweep trial` in the very form the job scripts write: `trial --manifest F --index I [--canary]`.
 * Undefined for any other, which the command line's parser takes; elements start by the thousand, and
 * loading it takes longer than all else the runner does before the trainer starts.
 */
export function readElementArguments(argv: readonly string[]): ElementArguments | undefined {
  const [command, manifestOption, manifest, indexOption, index, ...rest] = argv;
  const asWritten =
    command === "trial" && manifestOption === "--manifest" && indexOption === "--index";
  const canary = rest[0] === "--canary";
  if (!asWritten || rest.length > (canary ? 1 : 0) || manifest === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(index ?? "")) return undefined;
  return { manifest, index: Number(index), workspace: logicalPath(defaultWorkspace()), canary };
}

/** Runs an element, tells any error. Returns the exit status. */
export async function startElement(element: ElementArguments): Promise<number> {
  try {
    return await runArrayElement(element);
  } catch (error) {
    return printError(error, false);
  }
}

/**
 * Runs an element until it is done or a signal stops it.
 * @returns exit status: 0 done, 75 to be run again, 128 + signal when interrupted, 1 when a canary's trial failed
 * @throws BsweepError USAGE; else as runElement does
 */
export async function runArrayElement(element: ElementArguments): Promise<number> {
  const { manifest, index, workspace, canary } = element;
  if (!Number.isInteger(index) || index < 1)
    throw new BsweepError("USAGE", `--index: found ${index}, expected a whole number from 1`);
  const { runElement } = await import("../runner/run-element.ts");
  const { createLayout } = await import("../workspace/layout.ts");
  const { TIME_IS_UP } = await import("../process/supervise.ts");
  // LSF sends SIGUSR2 when the job has used up its run limit, some seconds before it kills.
  const program = listenForSignals(INTERRUPTED_STATUS, ["SIGUSR2"], TIME_IS_UP);
  const end = await runElement({
    manifestFile: logicalPath(manifest),
    index,
    layout: createLayout(workspace),
    signal: program.signal,
    log: (line) => process.stdout.write(`${line}\n`),
  });
  return {
    done: 0,
    failed: canary ? CANARY_FAILED_STATUS : 0,
    interrupted: program.interruptedStatus(),
    "run again": RUN_AGAIN_STATUS,
  }[end];
}
