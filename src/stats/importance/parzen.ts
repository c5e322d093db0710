import type { CellGrid } from "./cell-grid.ts";
import { normalDistribution } from "../../core/normal-distribution.ts";

/** The prior weighs as much as one row. */
const PRIOR_WEIGHT = 1;
/** Nine tenths of a kernel stay within half a cell of its middle, at the least. */
const LEAST_DEVIATION = 0.5 / 1.64;

/** Counts of rows in each cell, at least one in all, to a density over the cells; sum 1. */
export type DensityEstimator = (counts: Float64Array) => Float64Array;

/**
 * The density of rows over the cells of a parameter, with the prior that keeps it above 0 everywhere: Parzen's estimate as Optuna's
 * evaluator makes it (5.0: `scott_parzen_estimator.py`). In a list each row is a kernel on its own value; in a
 * range it is a normal one about its point, as wide as Scott says ("Multivariate density estimation", 1992), cut at the ends.
 */
export function createEstimator({ kind, measures }: CellGrid): DensityEstimator {
  if (kind === "list") return estimateList;
  const prior = spreadPrior(measures.length);
  return (counts) => estimateRange(counts, prior);
}

function estimateList(counts: Float64Array): Float64Array {
  const choices = counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const kernels = counts.reduce((sum, count) => sum + Number(count > 0), 0) + 1;
  const everywhere = PRIOR_WEIGHT / kernels;
  const height = 1 + choices * everywhere;
  return counts.map(
    (count) =>
      ((total * everywhere + count) / height + PRIOR_WEIGHT / choices) / (total + PRIOR_WEIGHT),
  );
}

function estimateRange(counts: Float64Array, prior: Float64Array): Float64Array {
  const cells = counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const deviation = Math.max(LEAST_DEVIATION, scottDeviation(counts, total));
  // What a normal distribution has below the side of a cell that is so many cells from its middle, `cells` added.
  const below = new Float64Array(2 * cells + 1);
  for (let at = 0; at <= cells; at++) {
    const side = normalDistribution((at - cells - 0.5) / deviation);
    below[at] = side;
    below[2 * cells + 1 - at] = 1 - side;
  }
  const density = prior.slice();
  for (let middle = 0; middle < cells; middle++) {
    const count = counts[middle] ?? 0;
    if (count === 0) continue;
    const first = cells - middle;
    const height = count / ((below[first + cells] ?? 0) - (below[first] ?? 0));
    for (let cell = 0; cell < cells; cell++) {
      const mass = (below[first + cell + 1] ?? 0) - (below[first + cell] ?? 0);
      density[cell] = (density[cell] ?? 0) + height * mass;
    }
  }
  return density.map((weight) => weight / (total + PRIOR_WEIGHT));
}

/** One kernel in the middle, as wide as the range. */
function spreadPrior(cells: number): Float64Array {
  const sideOf = (cell: number): number => normalDistribution((cell - cells / 2) / cells);
  const all = sideOf(cells) - sideOf(0);
  return Float64Array.from(
    { length: cells },
    (_, cell) => (PRIOR_WEIGHT * (sideOf(cell + 1) - sideOf(cell))) / all,
  );
}

/** 1.059 min(standard deviation, interquartile range / 1.34) n^(-1/5), in cells. */
function scottDeviation(counts: Float64Array, total: number): number {
  const centre = counts.reduce((sum, count, cell) => sum + cell * count, 0) / total;
  const squares = counts.reduce((sum, count, cell) => sum + count * (cell - centre) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, total - 1));
  const lower = findCell(counts, (passed) => passed >= Math.floor(total / 4));
  const upper = findCell(counts, (passed) => passed > Math.floor((total * 3) / 4));
  return 1.059 * Math.min((upper - lower) / 1.34, deviation) * total ** -0.2;
}

/** The first cell with rows up to whose end so many have passed; the last one with rows if there is none. */
function findCell(counts: Float64Array, isReached: (passed: number) => boolean): number {
  let passed = 0;
  let last = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell] ?? 0;
    if (count === 0) continue;
    passed += count;
    last = cell;
    if (isReached(passed)) break;
  }
  return last;
}
