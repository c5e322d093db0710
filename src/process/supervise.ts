import { spawn, type ChildProcess } from "node:child_process";
import { writeSync } from "node:fs";
import { isSystemError } from "../core/errors.ts";
import { splitLines } from "./lines.ts";
import { readChildCpuSeconds, readMemoryUsage, readOutOfMemoryKills } from "./usage.ts";

export interface SuperviseOptions {
  /** Program and arguments; no shell. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** A Node program that should end when this process dies gets a channel to notice it by. */
  readonly withChannel: boolean;
  readonly secondsLeft: number;
  readonly memoryMiB: number;
  /** Aborts to end the child early; with `TIME_IS_UP` as the reason, that is its timeout. */
  readonly signal: AbortSignal;
  /** Seconds from SIGTERM to SIGKILL: enough for what the child does with the first. */
  readonly grace: { readonly timeoutSeconds: number; readonly abortSeconds: number };
  /** Asked now and then: whether the child has done all it is there for, and need not go on. */
  readonly isFinished: () => boolean;
  /** Called with each line of stdout; without it, nobody looks at stdout. */
  readonly onLine?: (line: string) => void;
  /** File descriptor that takes its output; by default ours does. */
  readonly output?: number;
}

/** Reason of an abort by which the child has used up its time, as a scheduler may tell. */
export const TIME_IS_UP = "time is up";

/** Why the supervisor ended the child: its limits, whoever aborted, or because it was finished and stayed. */
export type StopReason = "timeout" | "memory" | "aborted" | "finished";

export interface Supervised {
  /** Null when a signal ended it. */
  readonly exitStatus: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set when the program could not be started. */
  readonly startFailure: string | undefined;
  readonly stopped: StopReason | undefined;
  /** The kernel ran out of memory for this container while the child ran. */
  readonly outOfMemoryKill: boolean;
  /** The last 4 KiB of stderr. */
  readonly stderrTail: string;
  readonly peakMemoryMiB: number | null;
  readonly cpuSeconds: number | null;
  readonly seconds: number;
}

const SAMPLE_MS = 200;
const TAIL_BYTES = 4096;
const OUTPUT_GRACE_MS = 1000;

/**
 * Runs a program as a child with limits and tells how it ended. Its output goes on to ours, or a file. The child
 * leads a process group, so that what it started ends with it. Never throws for what the program does.
 */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const [program, ...args] = options.command;
  const started = performance.now();
  const before = { cpu: readChildCpuSeconds(), kills: readOutOfMemoryKills() };
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: [
      "ignore",
      options.onLine === undefined ? (options.output ?? "inherit") : "pipe",
      "pipe",
      ...(options.withChannel ? (["ipc"] as const) : []),
    ],
  });
  passOn(child, options);
  const tail = keepTail(child, options);
  const watch = watchLimits(child, options);
  const end = await waitForEnd(child, program);
  const { stopped, peakMiB } = watch.finish();
  const cpu = readChildCpuSeconds();
  return {
    ...end,
    stopped,
    outOfMemoryKill: (readOutOfMemoryKills() ?? 0) > (before.kills ?? 0),
    stderrTail: tail(),
    peakMemoryMiB: peakMiB,
    cpuSeconds: cpu === undefined || before.cpu === undefined ? null : cpu - before.cpu,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Passes stdout on, and shows its lines. */
function passOn(child: ChildProcess, { onLine = () => undefined, output }: SuperviseOptions): void {
  const split = splitLines(onLine);
  child.stdout?.on("data", (chunk: Buffer) => {
    if (output === undefined) process.stdout.write(chunk);
    else writeQuietly(output, chunk);
    split(chunk);
  });
}

/** Passes stderr on and keeps its end. */
function keepTail(child: ChildProcess, { output }: SuperviseOptions): () => string {
  let kept = Buffer.alloc(0);
  child.stderr?.on("data", (chunk: Buffer) => {
    if (output === undefined) process.stderr.write(chunk);
    else writeQuietly(output, chunk);
    kept = Buffer.concat([kept, chunk]).subarray(-TAIL_BYTES);
  });
  return () => kept.toString("utf8").trim();
}

/** A log that cannot be written, on a full disk, must not cost a trial. */
function writeQuietly(file: number, chunk: Buffer): void {
  try {
    writeSync(file, chunk);
  } catch {
    // See above.
  }
}

type End = Pick<Supervised, "exitStatus" | "signal" | "startFailure">;

/** The end of the child itself; what it left running in its group is ended then. */
function waitForEnd(child: ChildProcess, program: string): Promise<End> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      const startFailure = describeStartFailure(program, error);
      resolve({ exitStatus: null, signal: null, startFailure });
    });
    child.once("exit", (exitStatus, signal) => {
      signalGroup(child, "SIGKILL");
      const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
      const closed = outputs
        .filter((stream) => !stream.closed)
        .map((stream) => new Promise((done) => stream.once("close", done)));
      // A process that left the group may hold them open for ever, and us with it.
      setTimeout(() => outputs.forEach((stream) => stream.destroy()), OUTPUT_GRACE_MS).unref();
      void Promise.all(closed).then(() => resolve({ exitStatus, signal, startFailure: undefined }));
    });
  });
}

function describeStartFailure(program: string, error: Error): string {
  if (isSystemError(error, "ENOENT")) return `there is no program ${program} that could be run`;
  if (isSystemError(error, "EACCES")) return `${program} may not be run: it is not executable`;
  return error.message;
}

interface Watch {
  finish(): { readonly stopped: StopReason | undefined; readonly peakMiB: number | null };
}

/** Watches time and memory, and ends the child at its limits: SIGTERM, then SIGKILL. */
function watchLimits(child: ChildProcess, options: SuperviseOptions): Watch {
  let stopped: StopReason | undefined;
  let peakMiB: number | null = null;
  let killer: NodeJS.Timeout | undefined;
  const stop = (reason: StopReason): void => {
    if (stopped !== undefined) return;
    stopped = reason;
    signalGroup(child, reason === "memory" ? "SIGKILL" : "SIGTERM");
    const { timeoutSeconds, abortSeconds } = options.grace;
    const graceSeconds = reason === "aborted" ? abortSeconds : timeoutSeconds;
    killer = setTimeout(() => signalGroup(child, "SIGKILL"), graceSeconds * 1000);
  };
  const endsAt = performance.now() + options.secondsLeft * 1000;
  const sample = (): void => {
    if (performance.now() >= endsAt) stop("timeout");
    if (options.isFinished()) stop("finished");
    const usage = child.pid === undefined ? undefined : readMemoryUsage(child.pid);
    if (usage === undefined) return;
    peakMiB = Math.max(peakMiB ?? 0, usage.peakMiB);
    if (usage.heldMiB > options.memoryMiB && usage.exactMiB() > options.memoryMiB) stop("memory");
  };
  const abort = (): void => stop(options.signal.reason === TIME_IS_UP ? "timeout" : "aborted");
  const sampler = setInterval(sample, SAMPLE_MS);
  options.signal.addEventListener("abort", abort);
  if (options.signal.aborted) abort();
  return {
    finish: () => {
      clearInterval(sampler);
      clearTimeout(killer);
      options.signal.removeEventListener("abort", abort);
      return { stopped, peakMiB };
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}
