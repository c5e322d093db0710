import { randomFor } from "../../core/random.ts";
import type { Objective } from "../../core/study.ts";
import { findBeyondChance } from "./beyond-chance.ts";
import { cutIntoCells, type SearchedParameter } from "./cell-grid.ts";
import { createEstimator, type DensityEstimator } from "./parzen.ts";
import { countTop, type RankedRows, rankRows } from "./ranked-rows.ts";
import type { Share } from "./share.ts";
import { spanInterval } from "./span-interval.ts";

/** How much a parameter matters for being among the best tenth: its part of the sum over all, 0 where that is 0. */
export interface PedAnovaImportance extends Share {
  readonly name: string;
  /** Pearson's divergence of the best tenth's density from that of all rows, as Optuna's evaluator gives it; >= 0. */
  readonly divergence: number;
}

/** Fewer rows with the parameter say nothing of it. */
const LEAST_ROWS = 2;
const BOOTSTRAPS = 200;
/** Of more rows than these, each so-manieth of the ranking is looked at. */
const MOST_ROWS = 4096;
const PERMUTATIONS = 99;
/** As in Optuna, no cell is impossible. */
const LEAST_DENSITY = 1e-12;

/**
 * PED-ANOVA (Watanabe, Bansal and Hutter, IJCAI 2023, arXiv 2304.10255) with the choices of Optuna's evaluator, its default
 * (5.0: best tenth against all, 50 points, a prior that weighs one row). A parameter that only some rows have is looked at
 * among these, its divergence weighted by how many of the best and of all they are (conditional PED-ANOVA, arXiv
 * 2601.20800). Which objectives are among the best counts, not how large they are. The order of rows does not matter.
 * @param objectives a row each; those that are not finite are left out
 * @returns for each parameter; with fewer than two rows, or where all objectives are equal, all 0 and nothing beyond chance
 */
export function measurePedAnova(
  parameters: readonly SearchedParameter[],
  objectives: Float64Array,
  direction: Objective["direction"],
): readonly PedAnovaImportance[] {
  const columns = parameters.map(({ column }) => column);
  const { losses, codes } = thin(rankRows(columns, objectives, direction));
  const measured = parameters.map((parameter, at): MeasuredColumn => {
    const grid = cutIntoCells(parameter);
    const own = codes[at] ?? new Int32Array();
    const estimate = createEstimator(grid);
    const count = grid.measures.length;
    return {
      count,
      estimate,
      cells: own.map((code) => (code < 0 ? -1 : (grid.cellOfValue[code] ?? -1))),
    };
  });
  const divergences = measureTop(measured, losses);
  const shares = normalize(divergences);
  const bootstraps = bootstrap(measured, losses).map(normalize);
  const beyond = findBeyondChance(divergences, permute(measured, losses));
  return columns.map(({ name }, at) => ({
    name,
    divergence: divergences[at] ?? 0,
    share: shares[at] ?? 0,
    interval: spanInterval(bootstraps.map((one) => one[at] ?? 0)),
    isBeyondChance: beyond[at] ?? false,
  }));
}

interface MeasuredColumn {
  /** Cells of the parameter. */
  readonly count: number;
  /** For each row, the best first, its cell; -1: it has none. */
  readonly cells: Int32Array;
  readonly estimate: DensityEstimator;
}

/** The divergence of each parameter. @param times how often each row counts; once if absent */
function measureTop(
  columns: readonly MeasuredColumn[],
  losses: Float64Array,
  times?: Int32Array,
): Float64Array {
  const end = countTop(losses, times);
  const topRows = times?.subarray(0, end).reduce((sum, one) => sum + one, 0) ?? end;
  return Float64Array.from(columns, (column) => {
    const top = countCells(column, 0, end, times);
    const rest = countCells(column, end, losses.length, times);
    const all = describeAll(
      column,
      top.map((count, cell) => count + (rest[cell] ?? 0)),
    );
    return diverge(column, top, all, { top: topRows, all: losses.length });
  });
}

function thin({ losses, codes }: RankedRows): RankedRows {
  const every = Math.ceil(losses.length / MOST_ROWS);
  const isSeen = (_: number, row: number): boolean => row % every === every >> 1;
  return every <= 1
    ? { losses, codes }
    : { losses: losses.filter(isSeen), codes: codes.map((own) => own.filter(isSeen)) };
}

function countCells(
  { count, cells }: MeasuredColumn,
  start: number,
  end: number,
  times?: Int32Array,
): Float64Array {
  const counts = new Float64Array(count);
  for (let row = start; row < end; row++) {
    const cell = cells[row] ?? -1;
    if (cell >= 0) counts[cell] = (counts[cell] ?? 0) + (times?.[row] ?? 1);
  }
  return counts;
}

/** All rows that have a parameter. */
interface AllRows {
  readonly count: number;
  /** Null where nothing can be told: too few rows, or a single cell. */
  readonly density: Float64Array | null;
}

function describeAll({ estimate }: MeasuredColumn, counts: Float64Array): AllRows {
  const count = sum(counts);
  const isEnough = counts.length > 1 && count >= LEAST_ROWS;
  return { count, density: isEnough ? estimate(counts) : null };
}

/** @param totals rows of the best tenth and of all, with the parameter or without */
function diverge(
  { estimate }: MeasuredColumn,
  top: Float64Array,
  all: AllRows,
  totals: { readonly top: number; readonly all: number },
): number {
  const topHaving = sum(top);
  if (all.density === null || topHaving === 0) return 0;
  const best = estimate(top);
  let divergence = 0;
  for (let cell = 0; cell < best.length; cell++) {
    const density = (all.density[cell] ?? 0) + LEAST_DENSITY;
    divergence += density * (((best[cell] ?? 0) + LEAST_DENSITY) / density - 1) ** 2;
  }
  const weight = (topHaving / totals.top) ** 2 / (all.count / totals.all);
  return weight * divergence * (totals.top / totals.all) ** 2;
}

function sum(counts: Float64Array): number {
  return counts.reduce((total, count) => total + count, 0);
}

function normalize(divergences: Float64Array): Float64Array {
  const all = sum(divergences);
  return divergences.map((value) => (all > 0 ? value / all : 0));
}

function bootstrap(columns: readonly MeasuredColumn[], losses: Float64Array): Float64Array[] {
  const rows = losses.length;
  if (rows === 0) return [];
  const random = randomFor(rows, "PED-ANOVA's bootstraps");
  const times = new Int32Array(rows);
  return Array.from({ length: BOOTSTRAPS }, () => {
    times.fill(0);
    for (let drawn = 0; drawn < rows; drawn++) {
      const row = random.nextInteger(rows);
      times[row] = (times[row] ?? 0) + 1;
    }
    return measureTop(columns, losses, times);
  });
}

/** Which rows are the best is all that a permutation changes: as many of them, drawn at random. */
function permute(columns: readonly MeasuredColumn[], losses: Float64Array): Float64Array[] {
  const random = randomFor(losses.length, "PED-ANOVA's permutations");
  const end = countTop(losses);
  const totals = { top: end, all: losses.length };
  const all = columns.map((column) => describeAll(column, countCells(column, 0, losses.length)));
  const order = Int32Array.from(losses.keys());
  return Array.from({ length: PERMUTATIONS }, () => {
    for (let place = 0; place < end; place++) {
      const other = place + random.nextInteger(order.length - place);
      [order[place], order[other]] = [order[other] ?? 0, order[place] ?? 0];
    }
    const drawn = order.subarray(0, end);
    return Float64Array.from(columns, (column, at) => {
      const cells = drawn.map((row) => column.cells[row] ?? -1);
      const top = countCells({ ...column, cells }, 0, end);
      return diverge(column, top, all[at] ?? NO_ROWS, totals);
    });
  });
}

const NO_ROWS: AllRows = { count: 0, density: null };
