import type { Command } from "../command.ts";
import { runPoolProcess } from "../pool.ts";

interface PoolOptions {
  manifest: string;
}

export const poolCommand: Command<PoolOptions> = {
  command: "pool",
  describe:
    "Take and run elements of an array until none is left: what the tasks of a parallel job call",
  builder: {
    manifest: {
      type: "string",
      demandOption: true,
      describe: "Manifest of the array: one line an element",
    },
  },
  handler: async (options) => {
    process.exitCode = await runPoolProcess(options);
  },
};
