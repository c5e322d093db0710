import { describe, expect, test } from "vitest";
import { formatForeignStudy } from "../../../src/formats/foreign/study.ts";
import { parseStudyFile } from "../../../src/formats/study-file.ts";
import { readWandbParameter } from "../../../src/formats/foreign/wandb-parameter.ts";
import { readWandbSweep } from "../../../src/formats/foreign/wandb-sweep.ts";

function readParameter(written: Readonly<Record<string, unknown>>): unknown {
  const notes: string[] = [];
  const read = readWandbParameter(written, (line) => notes.push(line));
  return read ?? notes;
}

describe("distributions of W&B", () => {
  test.each([
    [{ value: 3 }, { kind: "categorical", values: [3] }],
    [{ values: ["a", "b"] }, { kind: "categorical", values: ["a", "b"] }],
    [
      { values: ["a", "b"], probabilities: [0.9, 0.1] },
      { kind: "categorical", values: ["a", "b"], weights: [0.9, 0.1] },
    ],
    [
      { min: 1, max: 4 },
      { kind: "integer", low: 1, high: 4, log: false, step: 1 },
    ],
    [
      { min: 0.5, max: 4 },
      { kind: "real", low: 0.5, high: 4, log: false },
    ],
    [
      { distribution: "q_uniform", min: 0, max: 1, q: 0.1 },
      { kind: "real", low: 0, high: 1, log: false, step: 0.1 },
    ],
    [
      { distribution: "int_uniform", min: 2, max: 9 },
      { kind: "integer", low: 2, high: 9, log: false, step: 1 },
    ],
    // Its ends are exponents.
    [
      { distribution: "log_uniform", min: 0, max: Math.log(100) },
      { kind: "real", low: 1, high: 100, log: true },
    ],
    [
      { distribution: "log_uniform_values", min: 1e-5, max: 0.1 },
      { kind: "real", low: 1e-5, high: 0.1, log: true },
    ],
    [
      { distribution: "q_log_uniform_values", min: 30, max: 256, q: 8 },
      { kind: "integer", low: 32, high: 256, log: true, step: 8 },
    ],
    [
      { distribution: "normal", mu: 1, sigma: 2 },
      { kind: "real", low: -7, high: 9, log: false, normal: { mean: 1, sd: 2 } },
    ],
    [
      { distribution: "q_normal", mu: 10, sigma: 2, q: 3 },
      { kind: "integer", low: 3, high: 18, log: false, step: 3, normal: { mean: 10, sd: 2 } },
    ],
  ])("%j", (written, distribution) => {
    expect(readParameter(written)).toEqual(distribution);
  });

  test.each([
    [{ distribution: "beta", alpha: 1 }, "left out: beta is not known here"],
    [{}, "left out: its distribution is not known here"],
    [{ values: [] }, "left out: it has no value"],
    [{ distribution: "uniform", min: 1, max: 1 }, "left out: its min is not below its max"],
    [{ distribution: "uniform", min: "a", max: 1 }, "left out: min and max are no numbers"],
    [{ distribution: "normal", sigma: 0 }, "left out: mu and sigma are no such numbers"],
  ])("%j is told: %s", (written, note) => {
    expect(readParameter(written)).toEqual([note]);
  });
});

const SWEEP = `program: src/train.py
method: bayes
metric: { name: val/loss }
run_cap: 40
early_terminate: { type: hyperband, min_iter: 3 }
parameters:
  optimizer: { values: [adam, sgd] }
  depth: { min: 1, max: 4 }
  model:
    parameters:
      width: { distribution: q_log_uniform_values, min: 16, max: 128, q: 16 }
      "odd name": { value: 1 }
command: ["\${env}", "\${interpreter}", "\${program}", --quiet, "\${args_no_boolean_flags}", "\${envvar:HOME}", "{{x"]
controller: { type: local }
`;

describe("a sweep file", () => {
  test("is a study whose text is valid", () => {
    const sweep = readWandbSweep(SWEEP, "sweep.yaml");
    const text = formatForeignStudy(sweep, {
      ...{ name: "s", file: "sweep.yaml", cluster: "cluster: { site: local }" },
    });
    expect(parseStudyFile(text, "study.yaml")).toMatchObject({
      objective: { metric: "val/loss", direction: "minimize" },
      trainer: {
        command: ["python3", "src/train.py", "--quiet", "{{args}}", "{{{{x"],
        argsStyle: { booleans: "flag" },
      },
      space: sweep.space,
      sampler: { kind: "gp", settings: { trials: 40 } },
      pruner: { kind: "successive-halving", minResource: 3, reductionFactor: 3 },
    });
    expect(sweep.space.dimensions.map(({ name }) => name)).toEqual([
      "optimizer",
      "depth",
      "model.width",
    ]);
    for (const note of sweep.notes) expect(text).toContain(`# - ${note}\n`);
    const notes = sweep.notes.join("\n");
    expect(notes).toContain("model.odd name is left out");
    expect(notes).toContain("controller is left out");
    expect(notes).toContain("${envvar:HOME} is left out");
    expect(notes).toContain("wandb.log");
  });

  test("a grid that cannot be gone through is drawn from", () => {
    const endless = `method: grid\nparameters: { lr: { min: 0.1, max: 0.2 } }\n`;
    expect(readWandbSweep(endless, "s").sampler).toEqual({ kind: "random", trials: 100 });
    const finite = `method: grid\nparameters: { lr: { values: [1, 2] } }\n`;
    expect(readWandbSweep(finite, "s").sampler).toEqual({ kind: "grid" });
  });

  test("what is none is refused with its line", () => {
    expect(() => readWandbSweep("method: grid\nparameters: [1]\n", "s.yaml")).toThrow(
      "s.yaml is no valid sweep file of W&B",
    );
  });
});

test("a distribution named like what every object has is not known", () => {
  const { notes, space } = readWandbSweep(
    "parameters: { t: { distribution: constructor, min: 1, max: 2 } }\n",
    "sweep.yaml",
  );
  expect(space.dimensions).toEqual([]);
  expect(notes).toContain("t: left out: constructor is not known here");
});
