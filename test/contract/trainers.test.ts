import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createCnnSizer } from "../../src/cnn/shapes.ts";
import { resolveCnnParameters } from "../../src/cnn/parameters.ts";
import type { LocalSummary } from "../../src/app/local.ts";
import { createLayout, type Layout } from "../../src/workspace/layout.ts";
import { packagedTemplates } from "../../src/workspace/package.ts";
import { runBsweep, startBsweep, until } from "../support/bsweep-process.ts";
import { makeTestFolder } from "../support/folder.ts";
import { writeKaggleCsv } from "../support/mnist.ts";
import { prepare } from "../support/prepare.ts";
import { findPythonWith } from "../support/python.ts";
import { requireHere } from "../support/requirements.ts";
import { readResults } from "../support/rounds.ts";

/** `apt-get install python3-torch`; Keras comes with the Python environments of tests and benchmarks. */
const PYTHONS = {
  pytorch: findPythonWith("torch", "numpy"),
  keras: findPythonWith("keras", "tensorflow"),
} as const;

interface Example {
  readonly layout: Layout;
  readonly studyFile: string;
  readonly resultFolder: string;
}

/** An example's study and program in a workspace, with its Python and fewer trials. */
async function makeExample(
  name: keyof typeof PYTHONS,
  changes: readonly (readonly [from: string, to: string])[],
): Promise<Example> {
  const layout = createLayout(makeTestFolder());
  const csv = join(layout.workspace, "train.csv");
  writeKaggleCsv(csv, { rows: 500 });
  await prepare({ kind: "csv", csv }, join(layout.workspace, "data", "digits"));
  const example = join(packagedTemplates(), "trainers", name);
  copyFileSync(join(example, "train.py"), join(layout.workspace, "train.py"));
  const studyFile = join(layout.workspace, "study.yaml");
  let text = readFileSync(join(example, "study.yaml"), "utf8");
  const python: readonly [string, string] = ["[python3, ", `["${PYTHONS[name] ?? ""}", `];
  for (const [from, to] of [python, ...changes]) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  writeFileSync(studyFile, text);
  const resultFolder = join(layout.roundResults(`digits-${name}`, 1), "array-01");
  return { layout, studyFile, resultFolder };
}

const localArgs = ({ studyFile, layout }: Example): string[] => [
  ...["local", studyFile, `--workspace=${layout.workspace}`, "--json", "--workers=1"],
];

const hasTorch = requireHere(["Python's torch"]);
const hasKeras = requireHere(["Python's keras"]);

describe.each([
  ["pytorch", hasTorch],
  ["keras", hasKeras],
] as const)("the example for %s", (name, isHere) => {
  test.runIf(isHere)(
    "trains bsweep's CNN",
    async () => {
      const example = await makeExample(name, [["trials: 8", "trials: 2"]]);
      const end = await runBsweep(localArgs(example));
      expect(JSON.parse(end.stdout) as LocalSummary).toMatchObject({ done: 2, failed: 0 });
      const size = createCnnSizer({ height: 28, width: 28, channels: 1, classes: 10 });
      for (const { metrics, history, params } of readResults(example.resultFolder).values()) {
        const losses = history.map((step) => step.metrics["loss"] ?? Infinity);
        expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
        // Of 50 rows.
        expect(Math.round((metrics["holdoutAccuracy"] ?? NaN) * 50)).toBeGreaterThanOrEqual(0);
        expect(history.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
        const sizing = size(resolveCnnParameters(params));
        expect(metrics["parameters"]).toBe(sizing.ok ? sizing.size.parameters : undefined);
      }
    },
    300_000,
  );
});

const goesOn = "the PyTorch example, stopped within an epoch, comes out as one never stopped";
test.runIf(hasTorch)(
  goesOn,
  async () => {
    const changes = [
      ["trials: 8", "trials: 1"],
      ["epochs: 5", "epochs: 6"],
      ["space:\n", "space:\n  batchSize: [16]\n"],
    ] as const;
    const measured = (example: Example) => {
      const result = readResults(example.resultFolder).get(1);
      return { ...result?.metrics, history: result?.history.map((step) => step.metrics["loss"]) };
    };
    const untouched = await makeExample("pytorch", changes);
    await runBsweep(localArgs(untouched));
    const stopped = await makeExample("pytorch", changes);
    const log = join(stopped.layout.round("digits-pytorch", 1), "logs/array-01/1.log");
    const running = startBsweep(localArgs(stopped));
    await until(() => existsSync(log) && readFileSync(log, "utf8").includes('"epoch": 2'));
    running.kill("SIGTERM");
    expect(await running.end).toMatchObject({ signal: "SIGTERM" });
    await runBsweep(localArgs(stopped));
    expect(readFileSync(log, "utf8")).toMatch(/going on after \d+ epochs and \d+ rows/);
    expect(measured(stopped)).toEqual(measured(untouched));
  },
  300_000,
);

test("the one-liner of shell finds the minimum", async () => {
  const workspace = makeTestFolder();
  const studyFile = join(packagedTemplates(), "trainers", "shell", "study.yaml");
  const end = await runBsweep(["local", studyFile, `--workspace=${workspace}`, "--json"]);
  const summary = JSON.parse(end.stdout) as LocalSummary;
  expect(summary).toMatchObject({ done: 18, failed: 0, best: { objective: 0 } });
  const best = await runBsweep(["best", studyFile, `--workspace=${workspace}`]);
  expect(best.stdout).toContain("set:\n    penalty: 0\n    x: 2\n");
  expect(best.stdout).toMatch(/^trainer:\n {2}command:\n/m);
});
