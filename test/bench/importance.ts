import { execFileSync } from "node:child_process";
import { drawNormal, drawRows, list, real, type SearchedRows } from "../support/searched-rows.ts";
import { measureFanova } from "../../src/stats/importance/fanova.ts";
import { measurePedAnova } from "../../src/stats/importance/ped-anova.ts";
import { preparePython, TEST_PYTHON } from "../support/python/environment.ts";
import { median, printFigure, tell } from "./figure.ts";

const TRIALS = 13_824;
const ROUNDS = 3;

/** scikit-learn's forest alone, as Optuna's fANOVA begins; what Optuna makes of it takes hours with as many trials. */
const FOREST = `
import json, sys, time
import numpy as np
from sklearn.ensemble import RandomForestRegressor
cells, objectives = (np.array(part) for part in json.load(sys.stdin))
forest = RandomForestRegressor(n_estimators=64, max_depth=64, random_state=1)
start = time.process_time()
forest.fit(cells.T, objectives)
print(time.process_time() - start)
`;

/**
 * Processor time of importance by PED-ANOVA and fANOVA, pairs, intervals and permutations included, of six parameters; the
 * baseline is scikit-learn growing as many trees on the same rows, without any of this. All of it is one thread's.
 */
export async function benchImportance(): Promise<void> {
  const python = await preparePython(TEST_PYTHON, tell);
  for (const trials of [2880, TRIALS, 100_000]) {
    const rows = drawTrials(trials);
    const seconds = Array.from({ length: ROUNDS }, () => measureSeconds(rows));
    tell(`importance: ${trials} trials, ${seconds.map((one) => one.toFixed(2)).join(", ")} s`);
    if (trials !== TRIALS) continue;
    const input = JSON.stringify([
      rows.parameters.map(({ column }) => [...column.codes]),
      [...rows.objectives],
    ]);
    const baselines = Array.from({ length: ROUNDS }, () =>
      Number(execFileSync(python, ["-c", FOREST], { input, encoding: "utf8", maxBuffer: 1e9 })),
    );
    printFigure({
      ...{ name: `importance.${trials}`, value: median(seconds), unit: "s" },
      baseline: median(baselines),
    });
  }
}

function measureSeconds({ parameters, objectives }: SearchedRows): number {
  const start = process.cpuUsage();
  measurePedAnova(parameters, objectives, "maximize");
  measureFanova(parameters, objectives);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function drawTrials(count: number): SearchedRows {
  const space = {
    filters: list(8, 16, 32, 64),
    kernelSize: list(3, 5, 7),
    optimizer: list("adam", "sgd", "rmsprop"),
    learningRate: real(1e-4, 0.1, true),
    dropout: real(0, 0.6),
    denseLayers: list(1, 2, 3, 4, 5, 6, 7, 8),
  };
  return drawRows(count, space, ({ filters = 0, optimizer, learningRate = 1 }, random) => {
    const loss = (Math.log10(learningRate) + 2.5) ** 2 + Number(String(optimizer) === "sgd");
    return 0.1 * Math.log2(filters) - loss + 0.3 * drawNormal(random);
  });
}
