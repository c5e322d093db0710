import { BsweepError } from "../core/errors.ts";
import { RUN_AGAIN_STATUS } from "../core/trial.ts";
import { createLayout, logicalCwd, logicalPath } from "../workspace/layout.ts";
import { outliveReaders, printError } from "./output.ts";

/** What `bsweep trial` is told. */
interface ElementArguments {
  readonly manifest: string;
  /** From 1. */
  readonly index: number;
  readonly workspace: string;
  /** Whether others wait for it: a failed trial is told by the exit status then. */
  readonly canary: boolean;
}

/** What `bsweep pool` is told. */
type PoolArguments = Pick<ElementArguments, "manifest" | "workspace">;

/** Exit status of a canary whose trial failed: what waits for it must not start. */
const CANARY_FAILED_STATUS = 1;

/** Exit statuses by the signal (128 + number) by which a person ends a program. */
const INTERRUPTED_STATUS = { SIGINT: 130, SIGHUP: 129 } as const;

/** How long a task, or who runs a trial, may show no sign of life. Storage may be late, hosts may be busy. */
const PATIENCE_SECONDS = 60;

/** The folder that holds jobs/ and results/, where no option names one. */
export function defaultWorkspace(): string {
  return process.env["BSWEEP_WORKSPACE"] ?? logicalCwd();
}

/**
 * Runs what job scripts call, in the very form in which they write it: `trial --manifest F --index I [--canary]`,
 * `pool --manifest F` and `notice --manifest F`. Undefined for anything else, which the command line's parser takes;
 * elements start by the thousand, and loading it takes longer than all else the runner does before the trainer starts.
 * @returns exit status, any error told
 */
export async function runJobProgram(argv: readonly string[]): Promise<number | undefined> {
  outliveReaders();
  const run = readJobCommand(argv);
  try {
    return await run?.();
  } catch (error) {
    return printError(error, false);
  }
}

function readJobCommand(argv: readonly string[]): (() => Promise<number>) | undefined {
  const [command, manifestOption, manifest, ...rest] = argv;
  if (manifestOption !== "--manifest" || manifest === undefined) return undefined;
  const whole = { manifest, workspace: logicalPath(defaultWorkspace()) };
  if (command === "trial") return readTrialCommand(whole, rest);
  if (rest.length > 0) return undefined;
  if (command === "pool") return () => runPoolProgram(whole);
  return command === "notice" ? () => runNoticeProgram(whole) : undefined;
}

function readTrialCommand(
  whole: PoolArguments,
  [indexOption, index = "", canary, ...rest]: readonly string[],
): (() => Promise<number>) | undefined {
  const isIndex = indexOption === "--index" && /^[1-9]\d{0,8}$/.test(index);
  const isKnown = canary === undefined || canary === "--canary";
  if (!isIndex || !isKnown || rest.length > 0) return undefined;
  const element = { ...whole, index: Number(index), canary: canary !== undefined };
  return () => runElementProgram(element);
}

/**
 * Runs an element until it is done or a signal stops it.
 * @returns exit status: 0 done, 75 to be run again, 128 + signal when interrupted, 1 when a canary's trial failed
 * @throws BsweepError as runElement does
 */
export async function runElementProgram(element: ElementArguments): Promise<number> {
  const { manifest, index, workspace, canary } = element;
  await import("../formats/few-documents.ts");
  const { runElement } = await import("../runner/run-element.ts");
  const { TIME_IS_UP } = await import("../process/supervise.ts");
  // LSF sends SIGUSR2 when the job has used up its run limit, some seconds before it kills.
  const interrupting = { ...INTERRUPTED_STATUS, SIGTERM: 143 };
  const program = listenForSignals(interrupting, ["SIGUSR2"], TIME_IS_UP);
  const end = await runElement({
    manifestFile: logicalPath(manifest),
    index,
    layout: createLayout(workspace),
    signal: program.signal,
    patienceSeconds: readPatience(),
    log: (line) => process.stdout.write(`${line}\n`),
  });
  return {
    done: 0,
    failed: canary ? CANARY_FAILED_STATUS : 0,
    interrupted: program.interruptedStatus(),
    "run again": RUN_AGAIN_STATUS,
  }[end];
}

/**
 * Runs a task of a pool until no element is left or a signal stops it.
 * @returns exit status: 0 all elements are done, 75 to be run again, 128 + signal when a person interrupted it
 * @throws BsweepError WORKSPACE when elements were given up; else as runPool does
 */
export async function runPoolProgram({ manifest, workspace }: PoolArguments): Promise<number> {
  const { runPool } = await import("../runner/pool/run-pool.ts");
  // The job's time is up, or its host is wanted for something else.
  const program = listenForSignals(INTERRUPTED_STATUS, ["SIGTERM", "SIGUSR2"]);
  const end = await runPool({
    manifestFile: logicalPath(manifest),
    layout: createLayout(workspace),
    signal: program.signal,
    elapsedSeconds: secondsBeforeThisProcess(),
    patienceSeconds: readPatience(),
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

function readPatience(): number {
  return Number(process.env["BSWEEP_PATIENCE_SECONDS"] ?? PATIENCE_SECONDS);
}

/**
 * Tells how a round ended, in a line: what the job calls that mails it.
 * @throws BsweepError as readNotice does
 */
async function runNoticeProgram({ manifest, workspace }: PoolArguments): Promise<number> {
  const { readNotice } = await import("../app/notice.ts");
  const { formatNotice } = await import("../reports/notice.ts");
  const notice = await readNotice(logicalPath(manifest), createLayout(workspace));
  process.stdout.write(`${formatNotice(notice)}\n`);
  return 0;
}

/** How long the job had been running when this process began: its first host noted when it started. */
function secondsBeforeThisProcess(): number {
  const started = Number(process.env["BSWEEP_JOB_STARTED"] ?? NaN);
  const passed = performance.timeOrigin / 1000 - started;
  // Clocks of two hosts may differ; a job does not start after its tasks.
  return Number.isFinite(passed) ? Math.max(0, passed) : 0;
}

/** A program that a job file starts, as its signals reach it. */
interface JobProgram {
  /** Aborts when it is to end. */
  readonly signal: AbortSignal;
  /** Exit status (128 + number) of the first signal by which a person ended it; 0 for none. */
  readonly interruptedStatus: () => number;
}

/**
 * Listens for signals, and outlives its log: one that cannot be written, on a full disk or into a closed pipe, must not
 * cost a trial.
 * @param interrupting signals of a person, each with its exit status
 * @param ending signals of a scheduler
 * @param reason of the abort by one of them
 */
function listenForSignals(
  interrupting: Readonly<Record<string, number>>,
  ending: readonly NodeJS.Signals[],
  reason?: unknown,
): JobProgram {
  const controller = new AbortController();
  let interruptedStatus = 0;
  for (const [name, status] of Object.entries(interrupting)) {
    process.on(name, () => {
      interruptedStatus ||= status;
      controller.abort();
    });
  }
  for (const name of ending) process.on(name, () => controller.abort(reason));
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners("error").on("error", () => undefined);
  }
  return { signal: controller.signal, interruptedStatus: () => interruptedStatus };
}
