import { spaceOf } from "../support/space-of.ts";
import { join } from "node:path";
import { random as draw } from "../../src/samplers/random.ts";
import { gp } from "../../src/samplers/gp.ts";
import type { Observation } from "../../src/samplers/sampler.ts";
import type { SearchSpace } from "../../src/core/study.ts";
import { preparePython } from "../support/python/environment.ts";
import { median, printFigure, tell } from "./figure.ts";
import { askPeer } from "./search/optuna.ts";
import { millisecondsSince, simulate } from "./search/simulate.ts";
import { listTables, prepareTables, readTable } from "./search/tables.ts";

const TRIALS = 200;
const SEEDS = 20;
/** Optuna's GPSampler takes about a minute a search. */
const SEEDS_OF_OPTUNA_GP = 2;
const STAGES = [50, 100, 200];
const KNOWN = 5000;

/** One of Optuna's searches: of a table, by whom, with which seed, so many trials at once and in all. */
interface Search {
  readonly table: string;
  readonly sampler: string;
  readonly seed: number;
  readonly workers: number;
  readonly trials: number;
}

/** Regrets after each finished trial, of one search of one table. */
interface Course {
  readonly table: string;
  readonly regrets: readonly number[];
}

/**
 * What a search finds in published tables, on a simulated clock with 20 and with 50 trials at once, beside Optuna's samplers: the
 * normalised regret (a table's best 0, its median 1) after 50, 100 and 200 trials. Then what an ask takes.
 */
export async function benchSearch(): Promise<void> {
  const requirements = join(import.meta.dirname, "search", "requirements.txt");
  const python = await preparePython({ name: "bench-search", requirements }, tell);
  const folder = await prepareTables(python);
  const found = new Map<string, number>();
  for (const workers of [20, 50]) {
    const ours = runOurs(folder, workers);
    found.set(`gp ${workers}`, report(`bsweep gp, ${workers} at once`, ours));
    for (const sampler of workers === 20 ? ["random", "tpe", "gp"] : ["random", "tpe"]) {
      const courses = await runOptuna(python, folder, sampler, workers);
      found.set(
        `optuna-${sampler} ${workers}`,
        report(`Optuna ${sampler}, ${workers} at once`, courses),
      );
    }
  }
  for (const peer of ["tpe", "gp"]) {
    const [value, baseline] = [found.get("gp 20") ?? NaN, found.get(`optuna-${peer} 20`) ?? NaN];
    printFigure({ name: `search.tables.optuna-${peer}`, value, unit: "regret", baseline });
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
      return { table: name, regrets: standings.map(({ row }) => table.regretOf(row)) };
    });
  });
  const asks = milliseconds.map((each) => median(each).toFixed(0)).join(", ");
  tell(`search: the asks of trials ${STAGES.join(", ")} take ${asks} ms of the processor, medians`);
  return courses;
}

async function runOptuna(
  python: string,
  folder: string,
  sampler: string,
  workers: number,
): Promise<Course[]> {
  const seeds = sampler === "gp" ? SEEDS_OF_OPTUNA_GP : SEEDS;
  const searches = Array.from({ length: seeds }, (_, at) => at + 1).flatMap((seed) =>
    listTables(folder).map((table): Search => ({ table, sampler, seed, workers, trials: TRIALS })),
  );
  const script = join(import.meta.dirname, "search", "optuna_search.py");
  const answers = await askPeer<Search, { readonly regrets: readonly number[] }>(
    { python, script, problem: folder, cache: folder },
    searches,
    (answered, of) => tell(`search: Optuna ${sampler}, ${answered} of ${of}`),
  );
  return searches.map((search) => ({
    table: search.table,
    regrets: answers.get(search)?.regrets ?? [],
  }));
}

/** Tells means over tables with their standard errors over seeds. @returns the mean after all trials */
function report(who: string, courses: readonly Course[]): number {
  const tables = [...new Set(courses.map(({ table }) => table))];
  const stages = STAGES.map((stage) => {
    const each = tables.map((table) =>
      summarize(
        courses
          .filter((one) => one.table === table)
          .map(({ regrets }) => regrets[stage - 1] ?? NaN),
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
