import type { ElementStatus } from "../core/element-status.ts";
import { BsweepError } from "../core/errors.ts";
import { escapeWithinLines } from "../core/printable.ts";

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
  /** Whether what waits for this reason can never start, however long it waits: only another request mends it. */
  neverStarts(reason: string): boolean;
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
