import type { DemoOptions } from "../../app/demo.ts";
import type { Effects } from "../../core/effects.ts";
import { formatDuration } from "../../core/quantities.ts";
import { defineCommand } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { flag, text } from "../options.ts";
import { print } from "../output.ts";

/** `bsweep demo`: the whole way, as a user would go it. */
export const demoCommand = defineCommand({
  command: "demo",
  describe:
    "Go the whole way on real digits, on this machine, in one to three minutes; fetches digits and TensorFlow if need be",
  options: {
    folder: text("Folder of the demo, from the workspace", {
      defaultDescription: "bsweep-demo, bsweep-best",
    }),
    best: flag("Train the best network known for digits on all of MNIST instead: an hour or two"),
    fresh: flag("Start over: remove what an earlier demo left"),
  },
  run: async ({ folder, best, fresh }, { layout, effects }) => {
    const name = folder ?? (best ? "bsweep-best" : "bsweep-demo");
    const status = await runDemo(best, { folder: layout.resolve(name), fresh }, effects);
    if (status !== 0) process.exitCode = status;
  },
});

async function runDemo(best: boolean, options: DemoOptions, effects: Effects): Promise<number> {
  const { installRuntime } = await import("../../trainer/runtime/install.ts");
  const { BEST_DEMO, SWEEP_DEMO, prepareDemo, runDemoStep, sumTrialSeconds } =
    await import("../../app/demo.ts");
  const demo = best ? BEST_DEMO : SWEEP_DEMO;
  const made = await prepareDemo(demo, options, effects);
  print(
    made
      ? `The demo's folder is ${options.folder}: ${demo.given}, and study.yaml.`
      : `An earlier demo left ${options.folder}: this one goes on where it was (--fresh starts over).`,
  );
  await installRuntime({}, effects);
  const started = performance.now();
  for (const [index, step] of demo.steps.entries()) {
    const command = formatCommand("bsweep", ...step.args);
    print(`\n[${index + 1}/${demo.steps.length}] ${step.title}\n$ ${command}`);
    const status = await runDemoStep(options, step);
    if (status !== 0) return status;
  }
  const took = formatDuration((performance.now() - started) / 1000);
  if (best) {
    print(`\nAll of this took ${took}. The models are in ${options.folder}/models.`);
    return 0;
  }
  print(`\nOpen ${options.folder}/report.html in a browser: it needs nothing else.`);
  const alone = formatDuration(await sumTrialSeconds(options));
  print(`\nAll of this took ${took}; one trial after another would have taken ${alone}, a cluster runs them all at once.
What you would start there: bash ${options.folder}/jobs/demo/round-001/submit.sh`);
  return 0;
}
