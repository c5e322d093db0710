import type { Command } from "../command.ts";

interface TrialOptions {
  manifest: string;
  index: number;
}

/** Exit status of a runner that was interrupted and left no result, by the signal (128 + number). */
const INTERRUPTED_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGUSR2: 140 } as const;

export const trialCommand: Command<TrialOptions> = {
  command: "trial",
  describe: "Run one element of a job array: what the job scripts call",
  builder: {
    manifest: {
      type: "string",
      demandOption: true,
      describe: "Manifest of the array: one line an element",
    },
    index: { type: "number", demandOption: true, describe: "Index of the element, from 1" },
  },
  handler: async ({ manifest, index, workspace }) => {
    const { runElement } = await import("../../runner/run-element.ts");
    const { createLayout, logicalPath } = await import("../../workspace/layout.ts");
    const controller = new AbortController();
    let status = 0;
    for (const [name, signalStatus] of Object.entries(INTERRUPTED_STATUS)) {
      process.on(name, () => {
        status ||= signalStatus;
        controller.abort();
      });
    }
    const end = await runElement({
      manifestFile: logicalPath(manifest),
      index,
      layout: createLayout(workspace),
      signal: controller.signal,
      log: (line) => process.stdout.write(`${line}\n`),
    });
    process.exitCode = end === "done" ? 0 : status;
  },
};
