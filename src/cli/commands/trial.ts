import type { Command } from "../command.ts";
import { runArrayElement } from "../element.ts";

interface TrialOptions {
  manifest: string;
  index: number;
  canary: boolean;
}

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
    canary: {
      type: "boolean",
      default: false,
      describe: "End with status 1 when the trial failed, so that what waits for it does not start",
    },
  },
  handler: async (options) => {
    process.exitCode = await runArrayElement(options);
  },
};
