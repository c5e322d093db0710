import type { Look, WatchOptions } from "../../app/watch.ts";
import type { NextStep, StudyStatus } from "../../app/status.ts";
import type { Effects } from "../../core/effects.ts";
import { formatCommand } from "../../core/shell.ts";
import { endOnSignal } from "../../process/signals.ts";
import { defineCommand, openStudy } from "../command.ts";
import { flag, number, STUDY } from "../options.ts";
import { print, printJson } from "../output.ts";
import { createScreen } from "../screen.ts";

/** Of every command that looks again and again. */
export const INTERVAL = number(
  "Seconds between looks at the files; the scheduler is asked once a minute at most",
  { default: 10, whole: false },
);

/** `bsweep status`: where the trials of a study stand. */
export const statusCommand = defineCommand({
  command: "status <study>",
  describe: "Where the trials stand: collects, and asks the scheduler once",
  options: {
    study: STUDY,
    watch: flag("Look again until Ctrl-C, or until nothing is left to come"),
    interval: INTERVAL,
    json: flag("Print it as JSON; with --watch one line for each look"),
  },
  epilogue:
    "Exit status: 0 whatever the trials' states, also when the scheduler could not be asked.",
  run: async ({ study: studyFile, watch, interval, json }, { layout, effects }) => {
    const options = { study: await openStudy(studyFile), layout };
    if (watch) {
      await watchUntilEnd({ ...options, seconds: interval }, json, effects);
      return;
    }
    const { readStatus } = await import("../../app/status.ts");
    const { formatStatus } = await import("../../reports/status.ts");
    const { status } = await readStatus(options, effects);
    if (json) printJson(status);
    else print(`${formatStatus(status)}\n\nnext: ${nextCommand(status)}`);
  },
});

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

async function watchUntilEnd(
  options: Omit<WatchOptions, "signal">,
  json: boolean,
  effects: Effects,
): Promise<void> {
  const { watchStudy } = await import("../../app/watch.ts");
  const show = json ? printLine : await createView();
  const { signal, release } = endOnSignal();
  try {
    for await (const look of watchStudy({ ...options, signal }, effects)) {
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
