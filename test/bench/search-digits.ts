import { gp } from "../../src/samplers/gp.ts";
import { random } from "../../src/samplers/random.ts";
import type { Sampler } from "../../src/samplers/sampler.ts";
import { tpe } from "../../src/samplers/tpe.ts";
import { readDigitsTable, type DigitsTable } from "./digits-table/read.ts";
import { median, tell } from "./figure.ts";
import { type SimulatedSearch, simulate, type Standing } from "./search/simulate.ts";

const SEEDS = 40;
const HALVING = { kind: "successive-halving", minResource: 1, reductionFactor: 3 };

interface Way {
  readonly name: string;
  readonly sampler: Sampler<"trials">;
  readonly pruner?: SimulatedSearch["pruner"];
}

const WAYS: readonly Way[] = [
  { name: "random", sampler: random },
  { name: "random + halving", sampler: random, pruner: HALVING },
  { name: "random + halving 4", sampler: random, pruner: { ...HALVING, reductionFactor: 4 } },
  { name: "tpe + halving", sampler: tpe, pruner: HALVING },
  { name: "gp", sampler: gp },
  { name: "gp + halving", sampler: gp, pruner: HALVING },
  { name: "gp + hyperband", sampler: gp, pruner: { ...HALVING, kind: "hyperband" } },
  { name: "gp + median", sampler: gp, pruner: { ...HALVING, kind: "median" } },
];

export function benchSearchDigits(): void {
  const table = readDigitsTable();
  for (const way of WAYS)
    for (const workers of [20, 50]) {
      const found = Array.from({ length: SEEDS }, (_, at) =>
        goalOf(table, run(table, way, { seed: at + 1, workers, trials: 600 })),
      );
      const reached = found.filter((each) => each !== undefined);
      const of = (pick: (standing: Standing) => number) =>
        median(found.map((each) => (each === undefined ? Infinity : pick(each)))).toFixed(0);
      tell(
        `${way.name} ${workers}: ${of((each) => each.steps)} epochs, ${of((each) => each.seconds)} s, ${of((each) => each.time)} s wall; ${reached.length} of ${SEEDS}`,
      );
    }
}

function run(
  table: DigitsTable,
  { sampler, pruner }: Way,
  search: SimulatedSearch,
): readonly Standing[] {
  const { standings } = simulate(
    table,
    sampler,
    { ...search, ...(pruner && { pruner }) },
    (standing) => standing.row >= 0 && table.isAmongBest(standing.row),
  );
  return standings;
}

function goalOf(table: DigitsTable, standings: readonly Standing[]): Standing | undefined {
  return standings.find(({ row }) => row >= 0 && table.isAmongBest(row));
}
