import { RETRY_STATES, type RetryReport, type RetryState } from "../../app/retry/retried.ts";
import { BsweepError } from "../../core/errors.ts";
import type { Command } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { readQuantity, TEXT } from "../options.ts";
import { createEffects, print, printJson } from "../output.ts";

interface RetryCommandOptions {
  study: string;
  state: RetryState[] | undefined;
  "memory-factor": number;
  "walltime-factor": number;
  memory: string | undefined;
  walltime: string | undefined;
  "exclude-host": string[] | undefined;
  "assume-lost": boolean;
  "dry-run": boolean;
  json: boolean;
}

const DEFAULT_FACTOR = 2;

const OPTIONS = {
  state: {
    choices: RETRY_STATES,
    array: true,
    describe: "Only trials that ended so",
    defaultDescription: "all but diverged",
  },
  "memory-factor": {
    type: "number",
    default: DEFAULT_FACTOR,
    describe: "How many times the memory after out-of-memory, up to resources.maxMemory",
  },
  "walltime-factor": {
    type: "number",
    default: DEFAULT_FACTOR,
    describe: "How many times the time after a timeout, up to resources.maxWalltime",
  },
  memory: { ...TEXT, describe: "Memory of every element, such as 8GB" },
  walltime: { ...TEXT, describe: "Time of every element, such as 2h" },
  "exclude-host": {
    type: "string",
    array: true,
    describe: "Hosts to avoid, beside those with repeated faults",
  },
  "assume-lost": {
    type: "boolean",
    default: false,
    describe: "Take trials as lost of which the scheduler cannot tell whether they are alive",
  },
  "dry-run": {
    type: "boolean",
    default: false,
    describe: "Only say what would be tried again, and why",
  },
  json: { type: "boolean", default: false, describe: "Print what was written as JSON" },
} as const;

/** `bsweep retry`: what failed or was lost, once more. */
export const retryCommand: Command<RetryCommandOptions> = {
  command: "retry <study>",
  describe: "Write a round with the trials that failed, were lost or are missing, and no others",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .options(OPTIONS)
      .example("$0 retry study.yaml --state timeout --walltime 4h", "Only what ran out of time"),
  handler: async (options) => {
    const limits = await readLimits(options);
    const { retryTrials } = await import("../../app/retry.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const report = await retryTrials(
      {
        studyFile: options.study,
        layout: createLayout(options.workspace),
        states: options.state ?? [],
        memoryFactor: requireFactor("--memory-factor", options["memory-factor"]),
        walltimeFactor: requireFactor("--walltime-factor", options["walltime-factor"]),
        ...limits,
        excludeHosts: options["exclude-host"] ?? [],
        assumeLost: options["assume-lost"],
        dryRun: options["dry-run"],
      },
      createEffects(),
    );
    if (options.json) {
      printJson(report);
      return;
    }
    const { formatRetryReport } = await import("../../reports/retry-report.ts");
    print(`${formatRetryReport(report)}\n\nnext: ${nextCommand(report)}`);
  },
};

function nextCommand({ rounds, studyFile, isLocal }: RetryReport): string {
  if (rounds.length === 0) return formatCommand("bsweep", "status", studyFile);
  if (rounds.some(({ written }) => written === null)) return `the same without --dry-run`;
  return formatCommand("bsweep", isLocal ? "local" : "submit", studyFile);
}

async function readLimits({
  memory,
  walltime,
}: RetryCommandOptions): Promise<{ memoryMiB?: number; walltimeSeconds?: number }> {
  const { parseDurationSeconds, parseMemoryMiB } = await import("../../core/quantities.ts");
  const { dropAbsent } = await import("../../core/objects.ts");
  return dropAbsent({
    memoryMiB: readQuantity("--memory", memory, parseMemoryMiB, "a size such as 8GB"),
    walltimeSeconds: readQuantity(
      "--walltime",
      walltime,
      parseDurationSeconds,
      "a time such as 2h",
    ),
  });
}

function requireFactor(option: string, factor: number): number {
  if (factor >= 1 && factor <= 1000) return factor;
  throw new BsweepError("USAGE", `${option}: found ${factor}, expected a number from 1 to 1000`);
}
