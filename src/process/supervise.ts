import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { closeSync, writeSync } from "node:fs";
import type { Readable } from "node:stream";
import { messageOf } from "../core/errors.ts";
import { LineSplitter } from "./lines.ts";
import { Family, guard } from "./family.ts";
import { openPipes, type Pipe } from "./pipes.ts";
import { explainLostInterpreter, explainStartFailure, NOT_FOUND_STATUS } from "./start-failure.ts";
import { readChildCpuSeconds, readMemoryUsage, readOutOfMemoryKills } from "./usage.ts";

export interface SuperviseOptions {
  /** Program and arguments; no shell. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** A Node program of ours gets a channel, by which it notices when this process dies, and ends. */
  readonly withChannel: boolean;
  /** `NAME=value` of `env` that no other program has: all that carry it end when this process dies. */
  readonly mark?: string;
  readonly secondsLeft: number;
  readonly memoryMiB: number;
  /** Aborts to end the child early; with `TIME_IS_UP` as the reason, that is its timeout. */
  readonly signal: AbortSignal;
  /** Seconds from SIGTERM to SIGKILL: enough for what the child does with the first. */
  readonly grace: { readonly timeoutSeconds: number; readonly abortSeconds: number };
  /** Asked now and then while it runs: whether the child will do no more, and is to be ended. */
  readonly isFinished: (processes: readonly number[]) => boolean;
  /** Called with each line of stdout; without it, nobody looks at stdout. */
  readonly onLine?: (line: string) => void;
  /** Called with each line of stderr. */
  readonly onErrorLine?: ((line: string) => void) | undefined;
  /** Empty folder for pipes of a child that may open its output again (pipes.ts); without it, socket pairs do. */
  readonly pipeFolder?: string;
  /** File descriptor that takes its output; by default ours does. */
  readonly output?: number;
}

/** Reason of an abort by which the child has used up its time, as a scheduler may tell. */
export const TIME_IS_UP = "time is up";

/** Why the supervisor ended the child: its limits, whoever aborted, or because it was finished and stayed. */
type StopReason = "timeout" | "memory" | "aborted" | "finished";

export interface Supervised {
  /** Null when a signal ended it. */
  readonly exitStatus: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why the program could not be started, where it could not. */
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
/** Every five seconds. */
const SAMPLES_A_LOOK = 25;
const TAIL_BYTES = 4096;
const OUTPUT_GRACE_MS = 1000;
/** So often at the most, for one that goes on writing. */
const MOST_LOOKS = 10;

/**
 * Runs a program as a child with limits and tells how it ended. Its output goes on to ours, or a file. The child
 * leads a process group, so that what it started ends with it. Never throws for what the program does, or for one
 * that cannot be started.
 */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const pipes = options.pipeFolder === undefined ? undefined : openPipes(options.pipeFolder, 2);
  // Not performance.now(), for which Node loads ten modules.
  const started = process.uptime();
  const before = { cpu: readChildCpuSeconds(), kills: readOutOfMemoryKills() };
  const child = startChild(options, pipes);
  const outputs = readOutputs(child, pipes);
  const lines = passOn(outputs.stdout, options);
  const errorLines = new LineSplitter(options.onErrorLine ?? (() => undefined));
  const tail = keepTail(outputs.stderr, errorLines, options);
  const pid = child instanceof Error ? undefined : child.pid;
  const family = pid === undefined ? undefined : new Family(pid, options.mark);
  const watch = watchLimits(family, options);
  const dismiss =
    pid === undefined || options.mark === undefined ? undefined : guard(pid, options.mark);
  const end = await waitForEnd(child, options, Object.values(outputs));
  dismiss?.();
  lines.end();
  errorLines.end();
  const { stopped, peakMiB } = watch.finish();
  const cpu = readChildCpuSeconds();
  return {
    ...end,
    stopped,
    outOfMemoryKill: (readOutOfMemoryKills() ?? 0) > (before.kills ?? 0),
    stderrTail: tail(),
    peakMemoryMiB: peakMiB,
    cpuSeconds: cpu === undefined || before.cpu === undefined ? null : cpu - before.cpu,
    seconds: process.uptime() - started,
  };
}

/** The child, or the error by which it did not start. */
type Child = ChildProcess | Error;

function startChild(options: SuperviseOptions, pipes: readonly Pipe[] | undefined): Child {
  const [program, ...args] = options.command;
  const { cwd, env, output, onLine, withChannel } = options;
  const unread = onLine === undefined ? (output ?? ("inherit" as const)) : ("pipe" as const);
  const [stdout = unread, stderr = "pipe"] = pipes?.map(({ writer }) => writer) ?? [];
  const stdio: StdioOptions = ["ignore", stdout, stderr, ...(withChannel ? ["ipc" as const] : [])];
  try {
    return spawn(program, args, { cwd, env, detached: true, stdio });
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  } finally {
    for (const { writer } of pipes ?? []) closeSync(writer);
  }
}

type Outputs = Record<"stdout" | "stderr", Readable | null>;

function readOutputs(child: Child, pipes: readonly Pipe[] | undefined): Outputs {
  const [stdout, stderr] = pipes?.map(({ stream }) => stream) ?? [];
  if (stdout !== undefined && stderr !== undefined) return { stdout, stderr };
  if (child instanceof Error) return { stdout: null, stderr: null };
  return { stdout: child.stdout, stderr: child.stderr };
}

/** Passes stdout on, and shows its lines: the last one when it is told that there is no more. */
function passOn(stdout: Readable | null, options: SuperviseOptions): LineSplitter {
  const lines = new LineSplitter(options.onLine ?? (() => undefined));
  stdout?.on("data", (chunk: Buffer) => {
    writeOut(chunk, process.stdout, options);
    lines.write(chunk);
  });
  return lines;
}

/** Passes stderr on, shows its lines, and keeps its end. */
function keepTail(
  stderr: Readable | null,
  lines: LineSplitter,
  options: SuperviseOptions,
): () => string {
  let kept = Buffer.alloc(0);
  stderr?.on("data", (chunk: Buffer) => {
    writeOut(chunk, process.stderr, options);
    if (options.onErrorLine !== undefined) lines.write(chunk);
    kept = Buffer.concat([kept, chunk]).subarray(-TAIL_BYTES);
  });
  return () => kept.toString("utf8").trim();
}

function writeOut(chunk: Buffer, own: NodeJS.WriteStream, { output }: SuperviseOptions): void {
  try {
    if (output === undefined) own.write(chunk);
    else writeSync(output, chunk);
  } catch {
    // A log that cannot be written, on a full disk, must not cost a trial.
  }
}

type End = Pick<Supervised, "exitStatus" | "signal" | "startFailure">;

/** The end of the child itself; what it left running in its group is ended then. */
async function waitForEnd(
  child: Child,
  options: SuperviseOptions,
  outputs: readonly (Readable | null)[],
): Promise<End> {
  // From the beginning: a socket counts as closed before it says so, and then the last line is still to be told.
  const open = outputs.filter((output) => output !== null);
  const closed = open.map((output) => new Promise((done) => output.once("close", done)));
  const end = child instanceof Error ? child : await waitForExit(child);
  closeWhenSilent(open);
  await Promise.all(closed);
  if (!(end instanceof Error)) {
    const isLost = end.exitStatus === NOT_FOUND_STATUS;
    return { ...end, startFailure: isLost ? explainLostInterpreter(options) : undefined };
  }
  return { exitStatus: null, signal: null, startFailure: explainStartFailure(options, end) };
}

/** A process that left the group may hold them open for ever, and us with it; what is still to be read is read. */
function closeWhenSilent(outputs: readonly (Readable | null)[]): void {
  let chunks = 0;
  for (const output of outputs) output?.on("data", () => chunks++);
  const look = (seen: number, looks: number): void => {
    // After a look at what has come meanwhile: on a busy machine this process may have stood still.
    const judge = (): void => {
      if (chunks > seen && looks < MOST_LOOKS) look(chunks, looks + 1);
      else for (const output of outputs) output?.destroy();
    };
    setTimeout(() => setImmediate(judge), OUTPUT_GRACE_MS).unref();
  };
  look(0, 1);
}

/** What it left running in its group ends with it. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing is left of it.
  }
}

/** How it ended, or the error by which it did not start. */
function waitForExit(child: ChildProcess): Promise<Omit<End, "startFailure"> | Error> {
  return new Promise((resolve) => {
    child.once("error", resolve);
    child.once("exit", (exitStatus, signal) => {
      killGroup(child);
      resolve({ exitStatus, signal });
    });
  });
}

/** Watches time and memory, and ends the family at its limits: SIGTERM, then SIGKILL. */
function watchLimits(family: Family | undefined, options: SuperviseOptions) {
  let stopped: StopReason | undefined;
  let peakMiB: number | null = null;
  let killer: NodeJS.Timeout | undefined;
  const stop = (reason: StopReason): void => {
    if (stopped !== undefined) return;
    stopped = reason;
    family?.signal(reason === "memory" ? "SIGKILL" : "SIGTERM");
    const { timeoutSeconds, abortSeconds } = options.grace;
    const graceSeconds = reason === "aborted" ? abortSeconds : timeoutSeconds;
    killer = setTimeout(() => family?.signal("SIGKILL"), graceSeconds * 1000);
  };
  const endsAt = process.uptime() + options.secondsLeft;
  let samples = 0;
  const sample = (): void => {
    if (family === undefined) return;
    if (process.uptime() >= endsAt) stop("timeout");
    if (samples++ % SAMPLES_A_LOOK === SAMPLES_A_LOOK - 1) family.lookForStrays();
    const processes = family.list();
    if (stopped === undefined && options.isFinished(processes)) stop("finished");
    const usage = readMemoryUsage(processes);
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
      // What has left the group would outlive what it was started by.
      if (stopped !== undefined) family?.signal("SIGKILL");
      return { stopped, peakMiB };
    },
  };
}
