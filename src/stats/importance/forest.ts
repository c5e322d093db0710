import type { RandomSource } from "../../core/random.ts";
import { growTree, type TreeRows } from "./regression-tree.ts";
import { createDecomposer, type VarianceShares } from "./variance-shares.ts";

/** A parameter as a forest sees it. */
export interface ForestColumn {
  /** Each row's cell; at most 255 cells. */
  readonly cells: Int32Array;
  /** For each cell its share of the search space; sum 1. */
  readonly measures: Float64Array;
  /** Whether cells follow one another. If not, each tree puts them in the order of their means. */
  readonly isOrdered: boolean;
}

export interface ForestPlan {
  readonly columns: readonly ForestColumn[];
  /** Places of two columns each. */
  readonly pairs: readonly (readonly [number, number])[];
  readonly trees: number;
  /** A node with less than this part of the rows is not split. */
  readonly leastPart: number;
}

/**
 * A random forest, each tree on a bootstrap of the rows (Breiman, Machine Learning 45, 2001; all parameters are looked at in each
 * split, as in scikit-learn's forest for regression), and what each tree's variance comes from.
 * @param targets a row each, of about 1
 * @returns one for each tree that predicts more than one number
 */
export function growForest(
  { columns, pairs, trees, leastPart }: ForestPlan,
  targets: Float64Array,
  random: RandomSource,
): readonly VarianceShares[] {
  const shares: VarianceShares[] = [];
  for (let tree = 0; tree < trees; tree++) {
    const bag = drawBag(targets, random);
    const orders = columns.map((column) => orderCells(column, bag));
    const decomposer = createDecomposer(
      columns.map(({ measures }, at) => orders[at]?.map((cell) => measures[cell] ?? 0) ?? measures),
      pairs,
    );
    growTree(
      fillTree(columns, orders, bag, leastPart * targets.length),
      random,
      decomposer.addLeaf,
    );
    const found = decomposer.finish();
    if (found !== null) shares.push(found);
  }
  return shares;
}

interface Bag extends Pick<TreeRows, "targets" | "weights"> {
  readonly rows: Int32Array;
}

/** The rows that a bootstrap draws, each once, with how often it drew them. */
function drawBag(targets: Float64Array, random: RandomSource): Bag {
  const times = new Float64Array(targets.length);
  let distinct = 0;
  for (let drawn = targets.length; drawn > 0; drawn--) {
    const row = random.nextInteger(times.length);
    const before = times[row] ?? 0;
    if (before === 0) distinct++;
    times[row] = before + 1;
  }
  const rows = new Int32Array(distinct);
  let place = 0;
  for (const [row, count] of times.entries()) if (count > 0) rows[place++] = row;
  return { rows, targets: pick(targets, rows), weights: pick(times, rows) };
}

function pick(values: Float64Array, rows: Int32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let place = 0; place < rows.length; place++) picked[place] = values[rows[place] ?? 0] ?? 0;
  return picked;
}

/**
 * The cells of a tree, as places among the column's: by the mean of their rows, so that the best of all splits into two sets is
 * one between neighbours (Fisher, JASA 53, 1958), at the root at least; those without rows last.
 */
function orderCells({ cells, measures, isOrdered }: ForestColumn, bag: Bag): Float64Array {
  const order = Float64Array.from(measures.keys());
  if (isOrdered) return order;
  const [sums, weights] = [new Float64Array(measures.length), new Float64Array(measures.length)];
  for (const [place, row] of bag.rows.entries()) {
    const cell = cells[row] ?? 0;
    const weight = bag.weights[place] ?? 0;
    sums[cell] = (sums[cell] ?? 0) + weight * (bag.targets[place] ?? 0);
    weights[cell] = (weights[cell] ?? 0) + weight;
  }
  const means = sums.map((sum, cell) =>
    weights[cell] === 0 ? Infinity : sum / (weights[cell] ?? 1),
  );
  return order.sort((a, b) =>
    (means[a] ?? 0) === (means[b] ?? 0) ? a - b : (means[a] ?? 0) - (means[b] ?? 0),
  );
}

function fillTree(
  columns: readonly ForestColumn[],
  orders: readonly Float64Array[],
  { rows, targets, weights }: Bag,
  leastWeight: number,
): TreeRows {
  const width = columns.length;
  const cells = new Uint8Array(rows.length * width);
  for (const [at, column] of columns.entries()) {
    const places = new Uint8Array(column.measures.length);
    for (const [place, cell] of orders[at]?.entries() ?? []) places[cell] = place;
    for (let place = 0; place < rows.length; place++)
      cells[place * width + at] = places[column.cells[rows[place] ?? 0] ?? 0] ?? 0;
  }
  const cellCounts = columns.map(({ measures }) => measures.length);
  return { cells, cellCounts, targets, weights, leastWeight };
}
