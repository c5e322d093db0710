import { spaceOf } from "../support/space-of.ts";
import { join } from "node:path";
import { random as draw } from "../../src/samplers/random.ts";
import { gp } from "../../src/samplers/gp.ts";
import type { Observation } from "../../src/samplers/sampler.ts";
import type { SearchSpace } from "../../src/core/study.ts";
import { preparePython } from "../support/python/environment.ts";
import { median, printFigure, tell } from "./figure.ts";
import type { BenchOptions } from "./options.ts";
import { askOptuna, type Course } from "./search/optuna-tables.ts";
import { millisecondsSince, simulate } from "./search/simulate.ts";
import { listTables, prepareTables, readTable } from "./search/tables.ts";

const TRIALS = 200;
const SEEDS = 20;
/** As `optuna_search.py` has them. */
const STAGES = [50, 100, 200];
const KNOWN = 5000;

/** Optuna's samplers, by trials at once. GPSampler takes about a minute a search: as many seeds as are in the record. */
const PEERS = [
  {
    workers: 20,
    peers: [
      { sampler: "random", seeds: SEEDS, figure: false },
      { sampler: "tpe", seeds: SEEDS, figure: true },
      { sampler: "gp", seeds: 2, figure: true },
    ],
  },
  {
    workers: 50,
    peers: [
      { sampler: "random", seeds: SEEDS, figure: false },
      { sampler: "tpe", seeds: SEEDS, figure: false },
    ],
  },
];

/**
 * What a search finds in published tables, on a simulated clock with 20 and with 50 trials at once, beside Optuna's samplers: the
 * normalised regret (a table's best 0, its median 1) after 50, 100 and 200 trials. Then what an ask takes.
 */
export async function benchSearch(_folder: string, { fresh }: BenchOptions): Promise<void> {
  const requirements = join(import.meta.dirname, "search", "requirements.txt");
  const python = await preparePython({ name: "bench-search", requirements }, tell);
  const folder = await prepareTables(python);
  const optuna = { python, folder, trials: TRIALS, fresh };
  for (const { workers, peers } of PEERS) {
    const ours = runOurs(folder, workers);
    report(`gp, ${workers} at once`, ours);
    for (const { sampler, seeds, figure } of peers) {
      const courses = await askOptuna(optuna, sampler, workers, seeds);
      const baseline = report(`Optuna ${sampler}, ${workers} at once`, courses);
      if (!figure) continue;
      // The same seeds: they draw the same of a configuration's measurements for everybody.
      const same = ours.filter(({ seed }) => seed <= seeds);
      const value = report(`gp, ${workers} at once, the same seeds`, same);
      printFigure({ name: `search.tables.optuna-${sampler}`, value, unit: "regret", baseline });
    }
  }
  tell(
    `search: an ask with ${KNOWN} trials known takes ${measureAsk().toFixed(0)} ms of the processor`,
  );
}

function runOurs(folder: string, workers: number): Course[] {
  const milliseconds = STAGES.map((): number[] => []);
  const courses = listTables(folder).flatMap((name) => {
    const table = readTable(folder, name);
    tell(`search: ${name}, ${workers} at once`);
    return Array.from({ length: SEEDS }, (_, at) => {
      const search = { seed: at + 1, workers, trials: TRIALS };
      const { standings, askMilliseconds } = simulate(table, gp, search);
      for (const [place, stage] of STAGES.entries())
        milliseconds[place]?.push(askMilliseconds[stage - 1] ?? NaN);
      const regrets = STAGES.map((stage) => table.regretOf(standings[stage - 1]?.row ?? -1));
      return { table: name, seed: search.seed, regrets };
    });
  });
  const asks = milliseconds.map((each) => median(each).toFixed(0)).join(", ");
  tell(`search: the asks of trials ${STAGES.join(", ")} take ${asks} ms of the processor, medians`);
  return courses;
}

/** Tells means over tables with their standard errors over seeds. @returns the mean after all trials */
function report(who: string, courses: readonly Course[]): number {
  const tables = [...new Set(courses.map(({ table }) => table))];
  const stages = STAGES.map((_stage, place) => {
    const each = tables.map((table) =>
      summarize(
        courses.filter((one) => one.table === table).map(({ regrets }) => regrets[place] ?? NaN),
      ),
    );
    const mean = each.reduce((sum, one) => sum + one.mean, 0) / each.length;
    const error = Math.sqrt(each.reduce((sum, one) => sum + one.error ** 2, 0)) / each.length;
    return { mean, error, each };
  });
  const seeds = courses.length / tables.length;
  tell(
    `search: ${who}, ${seeds} seeds: ${stages.map(({ mean, error }) => `${mean.toFixed(4)} ± ${error.toFixed(4)}`).join(", ")}`,
  );
  for (const [at, table] of tables.entries())
    tell(
      `search:   ${table} ${stages.map(({ each }) => (each[at]?.mean ?? NaN).toFixed(4)).join(" ")}`,
    );
  return stages.at(-1)?.mean ?? NaN;
}

function summarize(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** Median ms of the processor's time for the first proposal, of a space with lists, ranges and a condition. */
function measureAsk(): number {
  const space: SearchSpace = spaceOf([
    { name: "rate", distribution: { kind: "real", low: 1e-5, high: 1, log: true } },
    { name: "drop", distribution: { kind: "real", low: 0, high: 0.9, log: false } },
    { name: "filters", distribution: { kind: "categorical", values: [8, 16, 32, 64, 128] } },
    {
      name: "optimizer",
      distribution: { kind: "categorical", values: ["adam", "sgd", "rmsprop"] },
    },
    {
      name: "momentum",
      distribution: { kind: "real", low: 0.5, high: 0.99, log: false },
      when: { optimizer: { oneOf: ["sgd"] } },
    },
    { name: "units", distribution: { kind: "integer", low: 16, high: 512, log: true, step: 1 } },
    { name: "blocks", distribution: { kind: "integer", low: 1, high: 4, log: false, step: 1 } },
  ]);
  const history = [...draw.propose(space, { seed: 1, trials: KNOWN }, [])].map(
    (params, at): Observation => ({
      params,
      state: at < KNOWN - 50 ? "complete" : "running",
      loss: Math.abs(Math.log10(Number(params["rate"])) + 2.5) + Number(params["drop"]),
      share: 1,
    }),
  );
  return median(
    Array.from({ length: 9 }, (_, seed) => {
      const started = process.cpuUsage();
      gp.propose(space, { seed, trials: KNOWN }, history)[Symbol.iterator]().next();
      return millisecondsSince(started);
    }),
  );
}
