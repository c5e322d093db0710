import type { CommandName } from "./command-names.ts";

/**
 * - slow: `seconds` pass before anything happens (of the real clock)
 * - refused: nothing happens; `text` on stderr, 255
 * - killed-before, killed-after: the command is killed (SIGKILL) before or after its work, without an answer
 * - silent: the work is done, and the command never answers
 * - answer-lost: the work is done; `text` on stderr, 255
 * - garbage: the work is done; `text` on stdout instead of the answer, 0
 * - busy: lines of a busy mbatchd on stderr, then as usual
 * - down: mbatchd is down: the command waits and says so, until the fault is cleared
 */
export type FaultKind =
  | "slow"
  | "refused"
  | "killed-before"
  | "killed-after"
  | "silent"
  | "answer-lost"
  | "garbage"
  | "busy"
  | "down";

/** Something that goes wrong in a command. A command that is missing from PATH: `Lsf.hideCommand`. */
export interface Fault {
  readonly kind: FaultKind;
  /** Every command, if left out. */
  readonly command?: CommandName;
  /** Only where this occurs in the command line, or for bsub in the job's name. */
  readonly match?: string;
  /** The how-manieth such call, from 1; the next one, if left out. */
  readonly call?: number;
  /** How many calls from there; 1, if left out. */
  readonly times?: number;
  readonly seconds?: number;
  readonly text?: string;
}
