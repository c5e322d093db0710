import type { Failure } from "./trial.ts";

/** What happened, and what the program said last, in a line. */
export function explainFailure({ message, stderrTail = "" }: Omit<Failure, "kind">): string {
  const lines = stderrTail.split(/[\r\n]+/).map((line) => line.trim());
  const last = lines.findLast((line) => line !== "");
  return last === undefined || message.includes(last) ? message : `${message}: ${last}`;
}
