import { BsweepError } from "../../core/errors.ts";
import { RUN_AGAIN_STATUS } from "../../core/trainer-request.ts";
import type { Command } from "../command.ts";

interface TrialOptions {
  manifest: string;
  index: number;
}

/** Exit status of a runner that was interrupted and left no result, by the signal (128 + number). */
const INTERRUPTED_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

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
    if (!Number.isInteger(index) || index < 1)
      throw new BsweepError("USAGE", `--index: found ${index}, expected a whole number from 1`);
    const { runElement } = await import("../../runner/run-element.ts");
    const { createLayout, logicalPath } = await import("../../workspace/layout.ts");
    const { TIME_IS_UP } = await import("../../process/supervise.ts");
    const controller = new AbortController();
    let interruptedStatus = 0;
    for (const [name, status] of Object.entries(INTERRUPTED_STATUS)) {
      process.on(name, () => {
        interruptedStatus ||= status;
        controller.abort();
      });
    }
    // LSF sends it when the job has used up its run limit, some seconds before it kills.
    process.on("SIGUSR2", () => controller.abort(TIME_IS_UP));
    // A log that cannot be written, on a full disk or into a closed pipe, must not cost a trial.
    for (const stream of [process.stdout, process.stderr]) {
      stream.removeAllListeners("error").on("error", () => undefined);
    }
    const end = await runElement({
      manifestFile: logicalPath(manifest),
      index,
      layout: createLayout(workspace),
      signal: controller.signal,
      log: (line) => process.stdout.write(`${line}\n`),
    });
    const statuses = { done: 0, interrupted: interruptedStatus, "run again": RUN_AGAIN_STATUS };
    process.exitCode = statuses[end];
  },
};
