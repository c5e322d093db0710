import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gp } from "../../src/samplers/gp.ts";
import { random } from "../../src/samplers/random.ts";
import type { Sampler } from "../../src/samplers/sampler.ts";
import { tpe } from "../../src/samplers/tpe.ts";
import { preparePython } from "../support/python/environment.ts";
import { type DigitsTable, readDigitsTable } from "./digits-table/read.ts";
import { median, printFigure, tell } from "./figure.ts";
import { askPeer } from "./search/optuna.ts";
import { type SimulatedSearch, simulate, type Standing } from "./search/simulate.ts";

const SEEDS = 40;
const WORKERS = [20, 50];
/** Trials of a search, most of them stopped early where there is a pruner. */
const TRIALS = 600;
const EPOCHS = 9;
const HALVING = { kind: "successive-halving", minResource: 1, reductionFactor: 3 };

interface Way {
  readonly name: string;
  readonly sampler: Sampler<"trials">;
  readonly pruner?: SimulatedSearch["pruner"];
}

const WAYS: readonly Way[] = [
  { name: "random", sampler: random },
  { name: "random + halving", sampler: random, pruner: HALVING },
  { name: "random + halving by 4", sampler: random, pruner: { ...HALVING, reductionFactor: 4 } },
  { name: "tpe", sampler: tpe },
  { name: "tpe + halving", sampler: tpe, pruner: HALVING },
  { name: "gp", sampler: gp },
  { name: "gp + halving", sampler: gp, pruner: HALVING },
  { name: "gp + hyperband", sampler: gp, pruner: { ...HALVING, kind: "hyperband" } },
];

/** Of Optuna: sampler and pruner. */
const PEERS = [
  ...[["random", "none"] as const, ["random", "halving"] as const, ["tpe", "none"] as const],
  ...[["tpe", "halving"] as const, ["tpe", "hyperband"] as const],
];

/** What finding it took; undefined where a search did not. */
type Found = Standing | undefined;

/**
 * What it takes to find one of the best hundredth of the digit recognizer's grid, by its expected hold-out accuracy, in a replay of its whole
 * table: medians over seeds of epochs, core-hours and time with 20 and 50 trials at once, beside Optuna's.
 */
export async function benchSearchDigits(folder: string): Promise<void> {
  const table = readDigitsTable();
  const grid = table.rows * EPOCHS;
  const epochs = new Map<string, number>();
  for (const workers of WORKERS) {
    for (const way of WAYS) {
      const found = Array.from({ length: SEEDS }, (_, at) => runOne(table, way, at + 1, workers));
      epochs.set(`${way.name} ${workers}`, report(way.name, workers, found, grid));
    }
    for (const [name, found] of await runOptuna(table, folder, workers))
      epochs.set(`${name} ${workers}`, report(name, workers, found, grid));
  }
  const [ours = NaN, halving = NaN] = ["gp + halving 20", "random + halving 20"].map((name) =>
    epochs.get(name),
  );
  const optuna = PEERS.map((peer) => epochs.get(`${nameOf(peer)} 20`) ?? Infinity);
  const print = (name: string, baseline: number): void =>
    printFigure({ name: `search.digits.${name}`, value: ours, unit: "epochs", baseline });
  print("random-halving", halving);
  print("optuna", Math.min(...optuna));
  print("grid", grid);
}

function runOne(
  table: DigitsTable,
  { sampler, pruner }: Way,
  seed: number,
  workers: number,
): Found {
  const search = { seed, workers, trials: TRIALS, ...(pruner && { pruner }) };
  const isOver = ({ row }: Standing): boolean => row >= 0 && table.isAmongBest(row);
  return simulate(table, sampler, search, isOver).standings.find(isOver);
}

const nameOf = ([sampler, pruner]: (typeof PEERS)[number]): string =>
  `Optuna ${sampler}${pruner === "none" ? "" : ` + ${pruner}`}`;

type Line = [steps: number, seconds: number, time: number, row: number];

async function runOptuna(
  table: DigitsTable,
  folder: string,
  workers: number,
): Promise<ReadonlyMap<string, readonly Found[]>> {
  const requirements = join(import.meta.dirname, "search", "requirements.txt");
  const python = await preparePython({ name: "bench-search", requirements }, tell);
  const problem = join(folder, "table.json");
  writeFileSync(problem, JSON.stringify(describe(table)));
  const script = join(import.meta.dirname, "search", "optuna_replay.py");
  const searches = PEERS.flatMap(([sampler, pruner]) =>
    Array.from({ length: SEEDS }, (_, at) => ({
      ...{ sampler, pruner, seed: at + 1, workers, trials: TRIALS },
    })),
  );
  const answers = await askPeer<(typeof searches)[number], { readonly standings: readonly Line[] }>(
    { python, script, problem, cache: join(python, "..", "..") },
    searches,
    (answered, of) => tell(`search-digits: Optuna, ${answered} of ${of}`),
  );
  const foundBy = (peer: (typeof PEERS)[number]): readonly Found[] =>
    searches
      .filter(({ sampler, pruner }) => sampler === peer[0] && pruner === peer[1])
      .map((search) =>
        (answers.get(search)?.standings ?? [])
          .map(([steps, seconds, time, row]) => ({ steps, seconds, time, row }))
          .find(({ row }) => row >= 0 && table.isAmongBest(row)),
      );
  return new Map(PEERS.map((peer) => [nameOf(peer), foundBy(peer)]));
}

/** As `optuna_replay.py` reads it. */
function describe(table: DigitsTable): object {
  return {
    parameters: table.space.dimensions.map(({ name, distribution }) => ({
      name,
      values: distribution.kind === "categorical" ? distribution.values : [],
    })),
    rows: Array.from({ length: table.rows }, (_, row) => table.coursesOf(row)),
    goals: Array.from({ length: table.rows }, (_, row) => row).filter((row) =>
      table.isAmongBest(row),
    ),
  };
}

/** @returns the median of the epochs */
function report(name: string, workers: number, found: readonly Found[], grid: number): number {
  const of = (pick: (standing: Standing) => number): number =>
    median(found.map((each) => (each === undefined ? Infinity : pick(each))));
  const epochs = of(({ steps }) => steps);
  const reached = found.filter((each) => each !== undefined).length;
  tell(
    `search-digits: ${name}, ${workers} at once: ${epochs} epochs (1/${(grid / epochs).toFixed(0)} of the grid), ${(of(({ seconds }) => seconds) / 3600).toFixed(3)} core-hours, ${(of(({ time }) => time) / 60).toFixed(1)} min; ${reached} of ${found.length} seeds`,
  );
  return epochs;
}
