import { BsweepError } from "../core/errors.ts";
import { escapeWithinLines } from "../core/printable.ts";

/**
 * `held`: would wait for ever unless it is released. `done`: ended with status 0. `exited`: ended otherwise.
 * `unknown`: the scheduler itself cannot tell.
 */
export const ELEMENT_STATES = [
  "pending",
  "held",
  "running",
  "suspended",
  "done",
  "exited",
  "unknown",
] as const;
export type ElementState = (typeof ELEMENT_STATES)[number];

/**
 * Why an element exited, where the scheduler tells: by its memory or time limit, by somebody who ended it, with its
 * host, or otherwise.
 */
export const END_CAUSES = ["out-of-memory", "timeout", "killed", "host", "other"] as const;
export type EndCause = (typeof END_CAUSES)[number];

/** What a scheduler tells of one element of a job array. */
export interface ElementStatus {
  /** Id of the array. */
  readonly job: string;
  /** From 1; 0 for a job that is no array. */
  readonly index: number;
  /** Without index. */
  readonly jobName: string;
  readonly state: ElementState;
  /** Null unless `exited`. */
  readonly cause: EndCause | null;
  /** Null where it is not told. 128 + number for a signal. */
  readonly exitCode: number | null;
  /** In the scheduler's words: why it waits, or why it ended; "" for nothing. */
  readonly reason: string;
  /** First host; "" for none. */
  readonly host: string;
  readonly runSeconds: number | null;
  readonly maxMemoryMiB: number | null;
  readonly finishedAt: Date | null;
}

/** What a scheduler's command left behind. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when a signal ended it. */
  readonly exitStatus: number | null;
}

export interface StatusAnswer {
  readonly elements: readonly ElementStatus[];
  /** Jobs of the question that the scheduler says it does not know. */
  readonly unknownJobs: readonly string[];
}

/** A program and its arguments. */
export type Argv = readonly [string, ...string[]];

/** One way to ask a scheduler for jobs. */
export interface StatusQuery {
  /** @param jobs ids, at least one */
  argv(jobs: readonly string[]): Argv;
  /** @throws BsweepError SCHEDULER_OUTPUT quoting what cannot be read */
  parse(output: CommandOutput, jobs: readonly string[], now: Date): StatusAnswer;
}

/** How one scheduler is asked about elements. Pure: text in, text out. */
export interface StatusDialect {
  /** One query for all elements of all jobs. */
  readonly query: StatusQuery;
  /** A second one, for ended elements that the first has forgotten; it may not be available. */
  readonly history: StatusQuery | null;
  /** Set in the environment of both; undefined takes a variable away. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const MAX_QUOTED_CHARACTERS = 20_000;

/** What a scheduler said, and that it could not be read. */
export function unreadableOutput(
  command: string,
  problem: string,
  { stdout, stderr, exitStatus }: CommandOutput,
): BsweepError {
  const said = [stderr, stdout].filter((text) => text.trim() !== "").join("\n");
  const rest = said.length - MAX_QUOTED_CHARACTERS;
  const quoted =
    rest > 0 ? `${said.slice(0, MAX_QUOTED_CHARACTERS)}\n... and ${rest} more characters` : said;
  return new BsweepError(
    "SCHEDULER_OUTPUT",
    `${command} ended with status ${exitStatus ?? "unknown"}, and its answer cannot be read: ${problem}\n${escapeWithinLines(quoted)}`.trimEnd(),
    { hint: `try ${command} by hand; if it works there, report its answer as a bug of bsweep` },
  );
}
