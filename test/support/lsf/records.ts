import type { CommandName } from "./command-names.ts";

/** PEND, PSUSP ...: bjobs(1), "JOB STATUS". */
export type JobState =
  "PEND" | "PSUSP" | "RUN" | "USUSP" | "SSUSP" | "DONE" | "EXIT" | "UNKWN" | "ZOMBI";

export interface ElementRecord {
  /** 0 off arrays. */
  readonly index: number;
  readonly state: JobState;
  /** null: none, or 0. */
  readonly exitCode: number | null;
  /** Such as TERM_RUNLIMIT. */
  readonly reason: string | null;
  readonly hosts: readonly string[];
  /** How often it was started. */
  readonly starts: number;
  readonly pendingReason: string;
  readonly processId: number | null;
}

/** A job as it was submitted, and what became of it. */
export interface JobRecord {
  readonly id: number;
  /** Without the index list. */
  readonly name: string;
  /** As given with -J. */
  readonly specification: string;
  /** What bsub was told, on its command line or in the script, as `-q` -> `general`; of a repeated one, the last. */
  readonly options: Readonly<Record<string, string>>;
  readonly group: string;
  readonly queue: string;
  /** The folder of the submission. */
  readonly folder: string;
  /** The environment that came along. */
  readonly environment: Readonly<Record<string, string>>;
  readonly command: string;
  readonly elements: readonly ElementRecord[];
}

/** A command line that was run. */
export interface CallRecord {
  readonly command: CommandName;
  readonly args: readonly string[];
  /** null: not ended, or killed before it could. */
  readonly status: number | null;
}

/** What a test decides about an element that does not run. */
export interface ForcedState {
  readonly state: JobState;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly host?: string;
}
