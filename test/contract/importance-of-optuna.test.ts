import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Distribution } from "../../src/core/study.ts";
import { measureFanova } from "../../src/stats/importance/fanova.ts";
import { measurePedAnova } from "../../src/stats/importance/ped-anova.ts";
import { findPython, TEST_PYTHON } from "../support/python/environment.ts";
import { requireHere } from "../support/requirements.ts";
import {
  drawNormal,
  drawRows,
  list,
  real,
  search,
  type SearchedRows,
} from "../support/searched-rows.ts";

const SCRIPT = join(import.meta.dirname, "..", "support", "python", "optuna_importance.py");
const isHere = requireHere(["Python's TensorFlow and safetensors"]);

type Shares = Readonly<Record<string, number>>;
type Space = Readonly<Record<string, Distribution>>;
type Evaluator = "pedAnova" | "fanova";

function askOptuna(
  evaluators: readonly Evaluator[],
  distributions: Space,
  { params, objectives }: SearchedRows,
  direction: "maximize" | "minimize" = "minimize",
): Readonly<Record<Evaluator, Shares>> {
  const asked = { evaluators, distributions, params, objectives: [...objectives], direction };
  const output = execFileSync(findPython(TEST_PYTHON) ?? "", [SCRIPT], {
    ...{ input: JSON.stringify(asked), encoding: "utf8", maxBuffer: 1e8 },
  });
  return JSON.parse(output) as Readonly<Record<Evaluator, Shares>>;
}

const WIDE: Space = {
  filters: list(8, 16, 32, 64),
  optimizer: list("adam", "sgd", "rmsprop"),
  flag: list(true, false),
  rate: real(1e-4, 0.1, true),
  dropout: real(0, 0.6),
  layers: { kind: "integer", low: 1, high: 8, log: false, step: 1 },
  units: { kind: "integer", low: 8, high: 512, log: true, step: 1 },
  warmup: { kind: "integer", low: 0, high: 98, log: false, step: 1 },
  smoothing: { kind: "real", low: 0, high: 1, log: false, step: 0.1 },
};

/** Objectives in tenths: many are equal, at the border of the best tenth too. */
function drawWide(count: number, seed: number): SearchedRows {
  const drawn = drawRows(
    count,
    WIDE,
    ({ rate = 1, optimizer, dropout = 0 }, random) => {
      const loss = (Math.log10(rate) + 2.5) ** 2 + Number(String(optimizer) === "sgd") + dropout;
      return Math.round(10 * (loss + 0.1 * drawNormal(random))) / 10;
    },
    seed,
  );
  // 0.1 * 3 is no step of 0.1 to Optuna; and one parameter is there under a condition.
  const params = drawn.params.map(({ smoothing, ...rest }) => ({
    ...rest,
    ...(rest["optimizer"] === "sgd" ? {} : { smoothing: Number(Number(smoothing).toFixed(1)) }),
  }));
  return { params, parameters: search(params, WIDE), objectives: drawn.objectives };
}

describe.runIf(isHere)("PED-ANOVA is Optuna's, to ten digits", () => {
  test.each([
    [300, "minimize"],
    [300, "maximize"],
    [37, "minimize"],
    [8, "maximize"],
    [3, "minimize"],
  ] as const)("%d trials, %s", (count, direction) => {
    const rows = drawWide(count, count);
    const { pedAnova } = askOptuna(["pedAnova"], WIDE, rows, direction);
    const found = measurePedAnova(rows.parameters, rows.objectives, direction);
    expect(found).toHaveLength(Object.keys(WIDE).length);
    for (const { name, divergence } of found) {
      const expected = pedAnova[name] ?? 0;
      expect(Math.abs(divergence - expected)).toBeLessThanOrEqual(1e-10 * expected + 1e-15);
    }
  });
});

/** Without a logarithm, which Optuna's evaluator of fANOVA does not heed. */
const LINEAR: Space = {
  filters: { kind: "integer", low: 1, high: 4, log: false, step: 1 },
  flag: list(true, false),
  rate: real(-4, -1),
  dropout: real(0, 0.6),
  none: real(0, 1),
};

test.runIf(isHere)("fANOVA ranks as Optuna's does, each share within 0.05 of it", () => {
  const rows = drawRows(
    200,
    LINEAR,
    ({ filters = 0, flag, rate = 0, dropout = 0 }, random) =>
      (rate + 2.5) ** 2 +
      0.35 * filters +
      0.6 * Number(flag) +
      0.3 * dropout +
      0.05 * drawNormal(random),
  );
  const { fanova } = askOptuna(["fanova"], LINEAR, rows);
  const { mains } = measureFanova(rows.parameters, rows.objectives);
  const ours = mains.toSorted((a, b) => b.share - a.share).map(({ names: [name = ""] }) => name);
  const theirs = Object.keys(fanova).sort((a, b) => (fanova[b] ?? 0) - (fanova[a] ?? 0));
  expect(ours.slice(0, 3)).toEqual(theirs.slice(0, 3));
  for (const { names, share } of mains)
    expect(Math.abs(share - (fanova[names[0] ?? ""] ?? NaN))).toBeLessThan(0.05);
  expect(mains.filter(({ isBeyondChance }) => isBeyondChance).length).toBeGreaterThanOrEqual(3);
  expect(mains.at(-1)?.isBeyondChance).toBe(false);
});
