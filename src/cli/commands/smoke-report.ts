import { PROBE_KINDS, type ProbeKind } from "../../formats/smoke-files.ts";
import type { Command } from "../command.ts";
import { print } from "../output.ts";

interface SmokeReportOptions {
  kind: ProbeKind;
  place: number;
  count: number;
  questions: string;
  folder: string;
  result: string;
}

/** What the probes of `bsweep smoke` run, as the trainer of its rounds. */
export const smokeReportCommand: Command<SmokeReportOptions> = {
  command: "smoke-report",
  describe: false,
  builder: {
    kind: { choices: PROBE_KINDS, demandOption: true },
    place: { type: "number", demandOption: true },
    count: { type: "number", demandOption: true },
    questions: { type: "string", demandOption: true },
    folder: { type: "string", demandOption: true },
    result: { type: "string", demandOption: true },
  },
  handler: async (options) => {
    const { runProbe } = await import("../../runner/smoke/probe.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const facts = await runProbe({
      ...options,
      questionsFile: options.questions,
      resultFile: options.result,
      layout: createLayout(options.workspace),
      findTensorFlow: async () => {
        const { readRuntimeStatus } = await import("../../trainer/runtime/status.ts");
        const { tensorflow, reason } = await readRuntimeStatus();
        return { version: tensorflow, problem: reason ?? "" };
      },
    });
    print(JSON.stringify(facts, null, 2));
  },
};
