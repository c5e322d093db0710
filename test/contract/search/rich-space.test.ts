import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Parameters } from "../../../src/core/study.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";

/** Tells what it was handed, and a loss that is lowest in a corner that constraints leave. */
const TRAINER = `
import json, os, sys
params = json.load(open(os.environ["BSWEEP_PARAMS"]))
words = json.loads(sys.argv[1])
assert words == params["layers"], (words, params)
loss = params["batch"] * params["rate"] + 0.1 * (params["layers"] != [64, 64]) + 0.01 * params["n"]
json.dump({"metrics": {"loss": loss, "named": float(params.get("conf") == {"a": [1, None]})}}, open(os.environ["BSWEEP_RESULT"], "w"))
`;

const studyOf = (sampler: string, constraints: readonly string[]): string => `study: rich
objective: { metric: loss, direction: minimize }
trainer: { command: [python3, train.py, "{{layers}}"], set: { least: 0.5 } }
space:
  n: { low: 1, high: 3, step: 1, integer: true }
  optimizer: [sgd, adam]
  rate:
    - { values: [0.1, 0.2], when: { optimizer: sgd } }
    - { low: 0.01, high: 0.04, log: 2 }
  units2: { low: 16, high: 64, log: 2, when: { n: { atLeast: 2 } } }
  layers: [[64, 64], [128], null]
  conf: { values: [{ a: [1, null] }, plain], weights: [2, 1], when: { layers: { not: [null] } } }
together:
  - { batch: 16, accumulate: 4 }
  - { batch: 64, accumulate: 1 }
constraints: ${JSON.stringify(constraints)}
sampler: ${sampler}
`;

const CONSTRAINTS = ["batch * rate >= least", "units2 > 16 || n < 3"];

function keepsTo({
  batch,
  rate,
  units2,
  n,
  accumulate,
  optimizer,
  layers,
  conf,
}: Parameters): boolean {
  return (
    Number(batch) * Number(rate) >= 0.5 &&
    (units2 === undefined || Number(units2) > 16 || Number(n) < 3) &&
    Number(batch) * Number(accumulate) === 64 &&
    Number(rate) >= 0.1 === (optimizer === "sgd") &&
    Number(n) >= 2 === (units2 !== undefined) &&
    (layers === null) === (conf === undefined)
  );
}

interface Report {
  readonly ranking: readonly {
    readonly params: Parameters;
    readonly objective: number;
    readonly outside: string | null;
  }[];
}

test.each([
  "{ kind: gp, trials: 24, seed: 3 }",
  "{ kind: tpe, trials: 24, seed: 3 }",
  "{ kind: sobol, trials: 24 }",
])(
  "%s: combinations that keep to everything, nested values as they are, and a constraint that comes later",
  { timeout: 240_000 },
  async (sampler) => {
    const folder = makeTestFolder();
    const file = join(folder, "study.yaml");
    writeFileSync(join(folder, "train.py"), TRAINER);
    writeFileSync(file, studyOf(sampler, CONSTRAINTS));
    const run = (command: string, ...words: string[]) =>
      runBsweep([command, file, `--workspace=${folder}`, ...words]);
    const report = async (): Promise<Report> =>
      JSON.parse((await run("report", "--format", "json", "--top", "100")).stdout) as Report;

    expect((await run("generate")).exitStatus).toBe(0);
    expect((await run("local", "--workers", "2")).exitStatus).toBe(0);
    const { ranking } = await report();
    expect(ranking).toHaveLength(24);
    for (const { params, outside } of ranking) {
      expect([params, keepsTo(params), outside]).toEqual([params, true, null]);
    }
    const layers = new Set(ranking.map(({ params }) => JSON.stringify(params["layers"])));
    expect([...layers].sort()).toEqual(["[128]", "[64,64]", "null"]);
    for (const format of ["html", "parquet", "csv", "optuna", "markdown"]) {
      const output = join(folder, `report.${format}`);
      const made = await run("report", "--format", format, "--output", output);
      expect([format, made.stderr, made.exitStatus]).toEqual([format, "", 0]);
    }
    expect(readFileSync(join(folder, "report.csv"), "utf8")).toContain('"{""a"":[1,null]}"');

    writeFileSync(file, studyOf(sampler, [...CONSTRAINTS, "n < 3"]));
    const later = await report();
    for (const { params, outside } of later.ranking)
      expect(outside).toBe(params["n"] === 3 ? "breaks n < 3" : null);
  },
);
