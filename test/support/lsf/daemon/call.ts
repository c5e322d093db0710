import type { CommandName } from "../command-names.ts";
import type { StartOrder } from "../protocol.ts";
import type { TerminalRun } from "./job.ts";

/** A command that runs, seen from the daemon. */
export interface Call {
  readonly command: CommandName;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  out(text: string): void;
  err(text: string): void;
  readStdin(): Promise<string>;
  /** Starts a program in the terminal of the command. */
  start(order: StartOrder): TerminalRun;
  /** bsub has read its options: a fault may be meant for a job of this name. */
  meets(subject: string): Promise<void>;
  /** Called when the command has gone away before its answer. */
  onGone(act: () => void): void;
  readonly gone: boolean;
}
