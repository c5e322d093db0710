import { BsweepError } from "../core/errors.ts";
import { escapeControls } from "../core/printable.ts";
import type { Scheduler } from "./scheduler.ts";
import type { CommandOutput } from "./status.ts";
import { answerLines } from "./steering.ts";

/** The line that tells that a scheduler's daemons did not answer its command; undefined where they did. */
export function findSilence(
  { silence }: Pick<Scheduler, "silence">,
  { stdout, stderr }: Pick<CommandOutput, "stdout" | "stderr">,
): string | undefined {
  const line = answerLines(`${stderr}\n${stdout}`).find((each) =>
    silence.some((phrase) => each.includes(phrase)),
  );
  return line === undefined ? undefined : escapeControls(line);
}

/** @param why in the words of `command` */
export function schedulerDown(
  { title }: Pick<Scheduler, "title">,
  command: string,
  why: string,
): BsweepError {
  return new BsweepError("SCHEDULER_DOWN", `${title} does not answer, ${command}: ${why}`, {
    hint: "that is the cluster's trouble, not the study's: try again later",
  });
}
