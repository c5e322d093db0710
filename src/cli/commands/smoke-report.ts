import { defineCommand } from "../command.ts";
import { choice, number, text } from "../options.ts";
import { printJson } from "../output.ts";

const NEEDED = { demandOption: true } as const;

/** What the probes of `bsweep smoke` run, as the trainer of its rounds. */
export const smokeReportCommand = defineCommand({
  command: "smoke-report",
  describe: false,
  options: {
    kind: choice(["array", "pool"], "What it is part of", NEEDED),
    place: number("Which element or task it is", NEEDED),
    count: number("How many there are", NEEDED),
    questions: text("File of what it is asked", NEEDED),
    folder: text("Folder of the answers", NEEDED),
    result: text("Result file of its trial", NEEDED),
  },
  run: async (options, { layout }) => {
    const { runProbe } = await import("../../runner/smoke/probe.ts");
    const facts = await runProbe({
      ...options,
      questionsFile: options.questions,
      resultFile: options.result,
      layout,
      findTensorFlow: async () => {
        const { readRuntimeStatus } = await import("../../trainer/runtime/status.ts");
        const { tensorflow, reason } = await readRuntimeStatus();
        return { version: tensorflow, problem: reason ?? "" };
      },
    });
    printJson(facts);
  },
});
