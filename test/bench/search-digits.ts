import { gp } from "../../src/samplers/gp.ts";
import { random } from "../../src/samplers/random.ts";
import type { Sampler } from "../../src/samplers/sampler.ts";
import { tpe } from "../../src/samplers/tpe.ts";
import { type DigitsTable, readDigitsTable } from "./digits-table/read.ts";
import { median, printFigure, tell } from "./figure.ts";
import type { BenchOptions } from "./options.ts";
import { curveOf, formatCurves } from "./search/curve.ts";
import { type Replayed, replayPeers } from "./search/digits-peers.ts";
import { createBlindOracle, createOracle } from "./search/oracle.ts";
import { type SimulatedSearch, simulate, type Standing } from "./search/simulate.ts";

const SEEDS = 40;
/** At once: a small lab's share, and a cluster's. */
const WORKERS = [5, 20, 50];
/** Trials of a search, most of them stopped early where there is a pruner. */
const TRIALS = 600;
const EPOCHS = 9;
/** Where the curve is looked at: after 1/320 of the grid's core-hours, ... */
const SHARES = [320, 240, 160, 120, 80, 60, 40];
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

/** What finding it took; undefined where a search did not. */
type Found = Standing | undefined;

/** A way's searches, a seed each. */
interface Searched {
  readonly name: string;
  readonly searches: readonly (readonly Standing[])[];
}

/**
 * What it takes to find one of the best hundredth of the digit recognizer's grid, by its expected hold-out accuracy, in a replay of its whole
 * table: medians over seeds of epochs, core-hours and time with 5, 20 and 50 trials at once, beside those of others; and what the pick is worth
 * by what was spent.
 */
export async function benchSearchDigits(folder: string, { fresh }: BenchOptions): Promise<void> {
  const table = readDigitsTable();
  const total = sum(Array.from({ length: table.rows }, (_, row) => secondsOf(table, row)));
  const budgets = SHARES.map((share) => total / share);
  const until = Math.max(...budgets);
  for (const workers of WORKERS) {
    const ours = waysOf(table).map((way) => {
      tell(`search-digits: ${way.name}, ${workers} at once`);
      return searchBy(table, way, { workers, until });
    });
    const asked = { workers, trials: TRIALS, until };
    const peers = await replayPeers(table, asked, SEEDS, { folder, fresh });
    const all: readonly Searched[] = [...ours, ...peers];
    const epochs = new Map(all.map((each) => [each.name, report(table, each, workers)]));
    tell(`search-digits: accuracy of the pick by core-hours of the grid's, ${workers} at once`);
    tell(
      formatCurves(
        SHARES,
        new Map(all.map(({ name, searches }) => [name, curveOf(searches, budgets, table)])),
      ),
    );
    printFigures(workers, epochs, bestOfPeers(peers, epochs), table.rows * EPOCHS);
  }
}

function waysOf(table: DigitsTable): readonly Way[] {
  const [oracle, blind] = [createOracle(table), createBlindOracle(table)];
  return [
    { name: "oracle", sampler: oracle },
    { name: "oracle + halving", sampler: oracle, pruner: HALVING },
    { name: "oracle after the first", sampler: blind },
    { name: "oracle after the first + halving", sampler: blind, pruner: HALVING },
    ...WAYS,
  ];
}

function searchBy(
  table: DigitsTable,
  { name, sampler, pruner }: Way,
  { workers, until }: { readonly workers: number; readonly until: number },
): Searched {
  const isOver = (standing: Standing): boolean =>
    standing.seconds >= until && isFound(table, standing);
  const searches = Array.from({ length: SEEDS }, (_, at) => {
    const search = { seed: at + 1, workers, trials: TRIALS, ...(pruner && { pruner }) };
    return simulate(table, sampler, search, isOver).standings;
  });
  return { name, searches };
}

function isFound(table: DigitsTable, { row }: Standing): boolean {
  return row >= 0 && table.isAmongBest(row);
}

/** @returns the median of the epochs */
function report(table: DigitsTable, { name, searches }: Searched, workers: number): number {
  const found = searches.map((standings): Found => standings.find((one) => isFound(table, one)));
  const of = (pick: (standing: Standing) => number): number =>
    median(found.map((each) => (each === undefined ? Infinity : pick(each))));
  const epochs = of(({ steps }) => steps);
  const reached = found.filter((each) => each !== undefined).length;
  tell(
    `search-digits: ${name}, ${workers} at once: ${epochs} epochs (1/${((table.rows * EPOCHS) / epochs).toFixed(0)} of the grid), ${(of(({ seconds }) => seconds) / 3600).toFixed(3)} core-hours, ${of(({ time }) => time).toFixed(0)} s on the clock; ${reached} of ${found.length} seeds`,
  );
  return epochs;
}

/** Of each peer, what its best way took. */
function bestOfPeers(
  peers: readonly Replayed[],
  epochs: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const best = new Map<string, number>();
  for (const { peer, name } of peers)
    best.set(peer, Math.min(best.get(peer) ?? Infinity, epochs.get(name) ?? Infinity));
  return best;
}

/** Names without a number are of 20 at once. */
function printFigures(
  workers: number,
  epochs: ReadonlyMap<string, number>,
  peers: ReadonlyMap<string, number>,
  grid: number,
): void {
  const prefix = `search.digits.${workers === 20 ? "" : `at${workers}.`}`;
  const value = epochs.get("gp + halving") ?? NaN;
  const baselines = {
    "random-halving": epochs.get("random + halving") ?? NaN,
    ...Object.fromEntries([...peers].map(([peer, best]) => [peer.toLowerCase(), best])),
    grid,
  };
  for (const [name, baseline] of Object.entries(baselines))
    printFigure({ name: `${prefix}${name}`, value, unit: "epochs", baseline });
}

/** What a row's trial takes, the mean over its replicates. */
function secondsOf(table: DigitsTable, row: number): number {
  const courses = table.coursesOf(row);
  return sum(courses.map(({ seconds }) => sum(seconds))) / courses.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
