import type { Look, WatchOptions } from "../../app/watch.ts";
import type { NextStep, StudyStatus } from "../../app/cluster/study-status.ts";
import { BsweepError } from "../../core/errors.ts";
import type { Command } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { createEffects, print, printJson } from "../output.ts";
import { createScreen } from "../screen.ts";

interface StatusCommandOptions {
  study: string;
  watch: boolean;
  interval: number;
  json: boolean;
}

/** Seconds between two looks at the files. */
export const LOOK_SECONDS = 10;

/** `bsweep status`: where the trials of a study stand. */
export const statusCommand: Command<StatusCommandOptions> = {
  command: "status <study>",
  describe: "Where the trials stand: collects, and asks the scheduler once",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .option("watch", {
        type: "boolean",
        default: false,
        describe: "Look again until Ctrl-C, or until nothing is left to come",
      })
      .option("interval", {
        type: "number",
        default: LOOK_SECONDS,
        describe:
          "Seconds between looks at the files; the scheduler is asked once a minute at most",
      })
      .option("json", {
        type: "boolean",
        default: false,
        describe: "Print it as JSON; with --watch one line for each look",
      })
      .epilogue(
        "Exit status: 0 whatever the trials' states, also when the scheduler could not be asked.",
      ),
  handler: async ({ study: studyFile, watch, interval, json, workspace }) => {
    requireInterval(interval);
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { study } = loadStudy({ studyFile });
    const options = { study, layout: createLayout(workspace) };
    if (watch) {
      await watchUntilEnd({ ...options, seconds: interval }, json);
      return;
    }
    const { readStatus } = await import("../../app/status.ts");
    const { status } = await readStatus(options, createEffects());
    if (json) {
      printJson(status);
      return;
    }
    const { formatStatus } = await import("../../reports/status.ts");
    print(`${formatStatus(status)}\n\nnext: ${nextCommand(status)}`);
  },
};

/** @throws BsweepError USAGE */
export function requireInterval(interval: number): void {
  if (interval >= 1) return;
  throw new BsweepError("USAGE", `--interval: found ${interval}, expected seconds from 1`);
}

const NEXT_COMMANDS: Readonly<Record<NextStep, readonly string[]>> = {
  submit: ["submit"],
  local: ["local"],
  resume: ["resume"],
  watch: ["status", "--watch"],
  retry: ["retry"],
  report: ["report"],
};

/** The command to run now. */
export function nextCommand({ next, studyFile }: StudyStatus): string {
  const [command = "", ...options] = NEXT_COMMANDS[next];
  return formatCommand("bsweep", command, studyFile, ...options);
}

async function watchUntilEnd(options: Omit<WatchOptions, "signal">, json: boolean): Promise<void> {
  const { watchStudy } = await import("../../app/watch.ts");
  const { endOnSignal } = await import("../../process/signals.ts");
  const show = json ? printLine : await createView();
  const { signal, release } = endOnSignal();
  try {
    for await (const look of watchStudy({ ...options, signal }, createEffects())) {
      show(look);
      if (look.status.next === "retry" || look.status.next === "report") break;
    }
  } finally {
    release();
  }
}

function printLine({ status }: Look): void {
  print(JSON.stringify(status));
}

/** On a terminal the whole status in one place; elsewhere a line whenever something has changed. */
async function createView(): Promise<(look: Look) => void> {
  const { formatProgressLine, formatStatus } = await import("../../reports/status.ts");
  if (process.stdout.isTTY) {
    const screen = createScreen(process.stdout);
    return ({ status, askedAt }) => {
      const times = `files of ${clock(new Date(status.observedAt))}, scheduler of ${clock(askedAt)}; Ctrl-C ends`;
      const next = status.next === "watch" ? "" : `next: ${nextCommand(status)}\n`;
      screen.draw(`${formatStatus(status)}\n\n${next}${times}`);
    };
  }
  let last = "";
  return ({ status }) => {
    const counts = JSON.stringify(status.counts);
    if (counts !== last) print(formatProgressLine(status));
    last = counts;
  };
}

function clock(time: Date): string {
  return time.toTimeString().slice(0, 8);
}
