import type { DemoOptions } from "../../app/demo.ts";
import { formatDuration } from "../../core/quantities.ts";
import type { Command } from "../command.ts";
import { formatCommand } from "../format-command.ts";
import { print } from "../output.ts";

interface DemoCommandOptions {
  folder: string;
  fresh: boolean;
}

/** `bsweep demo`: the whole way, as a user would go it. */
export const demoCommand: Command<DemoCommandOptions> = {
  command: "demo",
  describe: "Go the whole way on real digits, on this machine, in one to three minutes",
  builder: (parser) =>
    parser
      .option("folder", {
        type: "string",
        default: "bsweep-demo",
        describe: "Folder of the demo, from the workspace",
      })
      .option("fresh", {
        type: "boolean",
        default: false,
        describe: "Start over: remove what an earlier demo left",
      }),
  handler: async ({ folder, fresh, workspace }) => {
    const { createLayout } = await import("../../workspace/layout.ts");
    const options = { folder: createLayout(workspace).resolve(folder), fresh };
    const status = await runDemo(options);
    if (status !== 0) process.exitCode = status;
  },
};

async function runDemo(options: DemoOptions): Promise<number> {
  const { DEMO_STEPS, prepareDemo, runDemoStep, sumTrialSeconds } =
    await import("../../app/demo.ts");
  const made = prepareDemo(options);
  print(
    made
      ? `The demo's folder is ${options.folder}: 8,000 of MNIST's digits as train.csv, in Kaggle's form, and study.yaml.`
      : `An earlier demo left ${options.folder}: this one goes on where it was (--fresh starts over).`,
  );
  const started = performance.now();
  for (const [index, step] of DEMO_STEPS.entries()) {
    const command = formatCommand("bsweep", ...step.args);
    print(`\n[${index + 1}/${DEMO_STEPS.length}] ${step.title}\n$ ${command}`);
    const status = await runDemoStep(options, step);
    if (status !== 0) return status;
  }
  const took = formatDuration((performance.now() - started) / 1000);
  const alone = formatDuration(await sumTrialSeconds(options));
  print(`\nAll of this took ${took}; one trial after another would have taken ${alone}, a cluster runs them all at once.
What you would start there: bash ${options.folder}/jobs/demo/round-001/submit.sh`);
  return 0;
}
