import type { RetryReport } from "../../app/retry.ts";
import { RETRY_STATES } from "../../app/retry/rules.ts";
import { dropAbsent } from "../../core/objects.ts";
import { formatCommand } from "../../core/shell.ts";
import { defineCommand } from "../command.ts";
import { choicesOf, duration, flag, memory, number, STUDY, texts } from "../options.ts";
import { print, printJson } from "../output.ts";

const FACTOR = { default: 2, whole: false, most: 1000 } as const;

/** `bsweep retry`: what failed or was lost, once more. */
export const retryCommand = defineCommand({
  command: "retry <study>",
  describe: "Write a round with the trials that failed, were lost or cancelled, or are missing",
  options: {
    study: STUDY,
    state: choicesOf(RETRY_STATES, "Only trials that ended so", {
      defaultDescription: "all but diverged",
    }),
    "memory-factor": number(
      "How many times the memory after out-of-memory, up to resources.maxMemory",
      FACTOR,
    ),
    "walltime-factor": number(
      "How many times the time after a timeout, up to resources.maxWalltime",
      FACTOR,
    ),
    memory: memory("Memory of every element, such as 8GB"),
    walltime: duration("Time of every element, such as 2h"),
    "exclude-host": texts("Hosts to avoid, beside those with repeated faults"),
    "assume-lost": flag(
      "Take trials as lost of which the scheduler cannot tell whether they are alive",
    ),
    "dry-run": flag("Only say what would be tried again, and why"),
    json: flag("Print what was written as JSON"),
  },
  examples: [["$0 retry study.yaml --state timeout --walltime 4h", "Only what ran out of time"]],
  run: async ({ study: studyFile, json, memory: memoryMiB, walltime, ...rest }, surroundings) => {
    const { layout, effects } = surroundings;
    const { retryTrials } = await import("../../app/retry.ts");
    const { formatRetryReport } = await import("../../reports/retry-report.ts");
    const { state: states = [], excludeHost: excludeHosts = [], ...rule } = rest;
    const limits = dropAbsent({ memoryMiB, walltimeSeconds: walltime });
    const options = { studyFile, layout, states, excludeHosts, ...rule, ...limits };
    const report = await retryTrials(options, effects);
    if (json) printJson(report);
    else print(`${formatRetryReport(report)}\n\nnext: ${nextCommand(report)}`);
  },
});

function nextCommand({ rounds, studyFile, isLocal }: RetryReport): string {
  if (rounds.length === 0) return formatCommand("bsweep", "status", studyFile);
  if (rounds.some(({ written }) => written === null)) return `the same without --dry-run`;
  return formatCommand("bsweep", isLocal ? "local" : "submit", studyFile);
}
