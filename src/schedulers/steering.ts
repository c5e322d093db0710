import { foldRanges } from "../core/ranges.ts";
import type { Argv, CommandOutput } from "./status.ts";

/** A whole job, or elements of a job array. */
export interface JobPart {
  readonly jobId: string;
  /** From 1; null: all of the job. */
  readonly indices: readonly number[] | null;
}

/** `accepted`: the scheduler has taken it down, and does it. `ended`: there was nothing left to do it to. */
export type SteeringOutcome = "done" | "accepted" | "ended" | "refused";

/**
 * Commands that change jobs which were submitted. Pure: what to run, and what its answer means. Several commands
 * where one would be too long; none where the scheduler knows no such thing.
 */
export interface SteeringDialect {
  /** Why a user may not stop what runs and let it go on later; null where one may. */
  readonly cannotSuspend: string | null;
  /** The limit that all jobs of a group share. */
  limitGroup(jobGroup: string, limit: number): readonly Argv[];
  /** Most elements of a job array that run at once. */
  limitArray(jobId: string, limit: number): readonly Argv[];
  /** Keeps elements that wait from starting. */
  hold(waiting: JobPart): readonly Argv[];
  /** Stops what runs, in memory. */
  suspend(running: JobPart): readonly Argv[];
  /** Undoes both. */
  resume(held: JobPart): readonly Argv[];
  /** Ends jobs for good. */
  cancel(part: JobPart): readonly Argv[];
  /** Ends elements unless they have started. */
  cancelWaiting(waiting: JobPart): readonly Argv[];
  readAnswer(output: CommandOutput): SteeringOutcome;
}

/** IBM Spectrum LSF 10.1, "Job arrays": an array specification has at most 255 characters. Slurm takes more. */
const MAX_EXPRESSION = 254;

/**
 * `ID[1-5,9]` or `ID_[1-5,9]`, as many as it takes to keep each short. Indices may come in any order, and twice.
 * @param open what stands between the id and the list: `[` or `_[`
 */
export function jobExpressions({ jobId, indices }: JobPart, open: "[" | "_["): string[] {
  if (indices === null) return [jobId];
  const room = MAX_EXPRESSION - `${jobId}${open}]`.length;
  const lists: string[] = [];
  for (const range of foldRanges(indices)) {
    const last = lists.at(-1);
    if (last !== undefined && last.length + 1 + range.length <= room) {
      lists[lists.length - 1] = `${last},${range}`;
    } else lists.push(range);
  }
  return lists.map((list) => `${jobId}${open}${list}]`);
}

/** Lines that are not blank. */
export function answerLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
