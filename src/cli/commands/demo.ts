import type { Demo, DemoOptions } from "../../app/demo.ts";
import type { Effects } from "../../core/effects.ts";
import { formatCount, formatDuration } from "../../core/quantities.ts";
import { defineCommand } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { flag, text } from "../options.ts";
import { print } from "../output.ts";

type Kind = "sweep" | "search" | "pytorch" | "best";

const FOLDERS: Readonly<Record<Kind, string>> = {
  sweep: "bsweep-demo",
  search: "bsweep-search",
  pytorch: "bsweep-pytorch",
  best: "bsweep-best",
};

/** `bsweep demo`: the whole way, as a user would go it. */
export const demoCommand = defineCommand({
  command: "demo",
  describe:
    "Go the whole way on real digits, on this machine, in one to three minutes; fetches digits and TensorFlow if need be",
  options: {
    folder: text("Folder of the demo, from the workspace", {
      defaultDescription: Object.values(FOLDERS).join(", "),
    }),
    search: flag("Search a grid of 2,880 combinations by 24 trials that learn from one another"),
    pytorch: {
      ...flag("Sweep the same digits with another trainer, a script of PyTorch's"),
      conflicts: ["search", "best"],
    },
    best: {
      ...flag("Train the best network known for digits on all of MNIST instead: an hour or two"),
      conflicts: "search",
    },
    fresh: flag("Start over: remove what an earlier demo left"),
  },
  run: async ({ folder, search, pytorch, best, fresh }, { layout, effects }) => {
    const kind = search ? "search" : pytorch ? "pytorch" : best ? "best" : "sweep";
    const options = { folder: layout.resolve(folder ?? FOLDERS[kind]), fresh };
    const status = await runDemo(kind, options, effects);
    if (status !== 0) process.exitCode = status;
  },
});

async function runDemo(kind: Kind, options: DemoOptions, effects: Effects): Promise<number> {
  const { installRuntime } = await import("../../trainer/runtime/install.ts");
  const demos = await import("../../app/demo.ts");
  const { BEST_DEMO: best, PYTORCH_DEMO: pytorch } = demos;
  const { SEARCH_DEMO: search, SWEEP_DEMO: sweep } = demos;
  const demo = { best, pytorch, search, sweep }[kind];
  const made = await demos.prepareDemo(demo, options, effects);
  print(
    made
      ? `The demo's folder is ${options.folder}: ${demo.given}, and study.yaml.`
      : `An earlier demo left ${options.folder}: this one goes on where it was (--fresh starts over).`,
  );
  if (demo.python === undefined) await installRuntime({}, effects);
  const started = performance.now();
  const status = await runSteps(demo, options);
  if (status !== 0) return status;
  const took = formatDuration((performance.now() - started) / 1000);
  print(`\n${await conclude(kind, options, took)}`);
  return 0;
}

/** @returns the status of the first step that fails, else 0 */
async function runSteps(demo: Demo, options: DemoOptions): Promise<number> {
  const { runDemoStep } = await import("../../app/demo.ts");
  for (const [index, step] of demo.steps.entries()) {
    const command = formatCommand("bsweep", ...step.args);
    print(`\n[${index + 1}/${demo.steps.length}] ${step.title}\n$ ${command}`);
    const status = await runDemoStep(options, step);
    if (status !== 0) return status;
  }
  return 0;
}

async function conclude(kind: Kind, options: DemoOptions, took: string): Promise<string> {
  const { compareWithGrid, sumTrialSeconds } = await import("../../app/demo.ts");
  const { folder } = options;
  if (kind === "best") return `All of this took ${took}. The models are in ${folder}/models.`;
  const page = `Open ${folder}/report.html in a browser: it needs nothing else.`;
  if (kind === "sweep") {
    const alone = formatDuration(await sumTrialSeconds(options));
    return `${page}

All of this took ${took}; one trial after another would have taken ${alone}, a cluster runs them all at once.
What you would start there: bash ${folder}/jobs/demo/round-001/submit.sh`;
  }
  if (kind === "pytorch") return `${page}\n\nAll of this took ${took}.`;
  const { trials, pruned, coreSeconds, combinations, gridCoreSeconds } =
    await compareWithGrid(options);
  const times = formatCount(Math.round(gridCoreSeconds / coreSeconds));
  return `${page}

All of this took ${took}. ${formatCount(trials)} trials, ${formatCount(pruned)} of them stopped early, used ${formatDuration(coreSeconds)} of a core.
All ${formatCount(combinations)} combinations, trained to their end at the same pace, would use ${formatDuration(gridCoreSeconds)}: ${times} times as much.`;
}
