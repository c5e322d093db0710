/**
 * `held`: would wait for ever unless it is released. `done`: ended with status 0. `exited`: ended otherwise.
 * `unknown`: the scheduler itself cannot tell.
 */
export type ElementState =
  "pending" | "held" | "running" | "suspended" | "done" | "exited" | "unknown";

/**
 * Why an element exited, where the scheduler tells: by its memory or time limit, by somebody who ended it, with its
 * host, or otherwise.
 */
export type EndCause = "out-of-memory" | "timeout" | "killed" | "host" | "other";

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
  /** False where it ended before it came to a host: it cannot have left anything. */
  readonly started: boolean;
  readonly finishedAt: Date | null;
}

/**
 * `forgotten`: the scheduler answered, and does not know the element: it is not alive. `unknown`: nobody told
 * anything about it: it may be. `hidden`: somebody else submitted it, and the scheduler shows nothing of it, as some
 * do with jobs of others: it may be alive too.
 */
export type ElementLookup = ElementStatus | "forgotten" | "unknown" | "hidden";
