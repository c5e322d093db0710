import { defineCommand } from "../command.ts";
import { runElementProgram } from "../job-program.ts";
import { flag, number, text } from "../options.ts";

export const trialCommand = defineCommand({
  command: "trial",
  describe: "Run one element of a job array: what the job scripts call",
  options: {
    manifest: text("Manifest of the array: one line an element", { demandOption: true }),
    index: number("Index of the element, from 1", { demandOption: true }),
    canary: flag(
      "End with status 1 when the trial failed, so that what waits for it does not start",
    ),
  },
  run: async (element, { workspace }) => {
    process.exitCode = await runElementProgram({ ...element, workspace });
  },
});
