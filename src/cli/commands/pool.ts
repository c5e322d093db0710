import { defineCommand } from "../command.ts";
import { text } from "../options.ts";
import { runPoolProgram } from "../job-program.ts";

export const poolCommand = defineCommand({
  command: "pool",
  describe:
    "Take and run elements of an array until none is left: what the tasks of a parallel job call",
  options: { manifest: text("Manifest of the array: one line an element", { demandOption: true }) },
  run: async ({ manifest }, { workspace }) => {
    process.exitCode = await runPoolProgram({ manifest, workspace });
  },
});
