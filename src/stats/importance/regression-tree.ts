import type { RandomSource } from "../../core/random.ts";

/** Rows as a tree sees them. */
export interface TreeRows {
  /** Row after row, for each parameter its cell; at most 255 cells. */
  readonly cells: Uint8Array;
  /** For each parameter, how many cells it has. */
  readonly cellCounts: readonly number[];
  readonly targets: Float64Array;
  /** How often each row counts, at least once. */
  readonly weights: Float64Array;
  /** A node with less weight is not split. */
  readonly leastWeight: number;
}

/**
 * Is handed a leaf: for each parameter the cells from `low` to `high`, exclusive, and the mean of its rows. The arrays are used again.
 */
export type LeafSink = (low: Int32Array, high: Int32Array, value: number) => void;

/**
 * Grows a regression tree (Breiman et al., "Classification and regression trees", 1984) until all rows of a leaf have the
 * same target or the same cells, or weigh little. All parameters are looked at in each node; of splits that
 * are equally good the first one wins, from a parameter on that is drawn. Cells without rows between two sides are shared out evenly.
 * Leaves tile the whole search space.
 */
export function growTree(data: TreeRows, random: RandomSource, sink: LeafSink): void {
  const { cellCounts } = data;
  const rows = Int32Array.from(data.weights.keys());
  const low = new Int32Array(cellCounts.length);
  const high = Int32Array.from(cellCounts);
  const findSplit = createSplitFinder(data, rows, low, high);
  const partition = createPartition(data, rows);
  const grow = (start: number, end: number): void => {
    const node = sumNode(data, rows, start, end);
    const isWhole = node.isPure || node.weight < data.leastWeight;
    const first = isWhole ? 0 : random.nextInteger(cellCounts.length);
    const split = isWhole ? null : findSplit(start, end, node, first);
    if (split === null) {
      sink(low, high, node.sum / node.weight);
      return;
    }
    const { parameter, boundary } = split;
    const middle = partition(start, end, parameter, boundary);
    const [from = 0, to = 0] = [low[parameter], high[parameter]];
    high[parameter] = boundary;
    grow(start, middle);
    high[parameter] = to;
    low[parameter] = boundary;
    grow(middle, end);
    low[parameter] = from;
  };
  grow(0, rows.length);
}

interface Node {
  readonly weight: number;
  readonly sum: number;
  readonly isPure: boolean;
}

interface Split {
  readonly parameter: number;
  /** The first cell of the right side. */
  readonly boundary: number;
}

function sumNode(
  { targets, weights }: TreeRows,
  rows: Int32Array,
  start: number,
  end: number,
): Node {
  const first = targets[rows[start] ?? 0] ?? 0;
  let weight = 0;
  let sum = 0;
  let isPure = true;
  for (let place = start; place < end; place++) {
    const row = rows[place] ?? 0;
    const target = targets[row] ?? 0;
    const own = weights[row] ?? 0;
    weight += own;
    sum += own * target;
    if (target !== first) isPure = false;
  }
  return isPure ? { weight: 1, sum: first, isPure } : { weight, sum, isPure };
}

type SplitFinder = (start: number, end: number, node: Node, first: number) => Split | null;

/** The split that leaves the least squared deviation: that with the largest sum of (sum of a side)^2 / weight of it. */
function createSplitFinder(
  data: TreeRows,
  rows: Int32Array,
  low: Int32Array,
  high: Int32Array,
): SplitFinder {
  const parameters = data.cellCounts.length;
  // One parameter after another, each with room for as many cells as any has.
  const most = Math.max(0, ...data.cellCounts);
  const weights = new Float64Array(parameters * most);
  const sums = new Float64Array(parameters * most);
  const open = new Int32Array(parameters);
  const fill = createFiller(data, rows, { most, weights, sums });
  return (start, end, node, first) => {
    let count = 0;
    for (let turn = 0; turn < parameters; turn++) {
      const parameter = (first + turn) % parameters;
      const [from, to] = [low[parameter] ?? 0, high[parameter] ?? 0];
      if (to - from < 2) continue;
      open[count++] = parameter;
      weights.fill(0, parameter * most + from, parameter * most + to);
      sums.fill(0, parameter * most + from, parameter * most + to);
    }
    fill(start, end, open, count);
    const best = { score: -Infinity, parameter: -1, boundary: 0 };
    for (let at = 0; at < count; at++) {
      const parameter = open[at] ?? 0;
      const [from, to] = [low[parameter] ?? 0, high[parameter] ?? 0];
      improve(best, { most, weights, sums }, node, { parameter, from, to });
    }
    return best.parameter < 0 ? null : best;
  };
}

/** Weights, and sums of targets, of a node's rows for each cell of each parameter. */
interface Histograms {
  readonly most: number;
  readonly weights: Float64Array;
  readonly sums: Float64Array;
}

/** Adds a node's rows to the histograms of those parameters that it can still be split by. */
function createFiller(
  { cells, cellCounts, targets, weights }: TreeRows,
  rows: Int32Array,
  histograms: Histograms,
): (start: number, end: number, open: Int32Array, count: number) => void {
  const parameters = cellCounts.length;
  const { most, weights: weightOf, sums: sumOf } = histograms;
  return (start, end, open, count) => {
    for (let place = start; place < end; place++) {
      const row = rows[place] ?? 0;
      const own = weights[row] ?? 0;
      const part = own * (targets[row] ?? 0);
      for (let at = 0; at < count; at++) {
        const parameter = open[at] ?? 0;
        const cell = parameter * most + (cells[row * parameters + parameter] ?? 0);
        weightOf[cell] = (weightOf[cell] ?? 0) + own;
        sumOf[cell] = (sumOf[cell] ?? 0) + part;
      }
    }
  };
}

/** The best split so far; written over where another one is better. */
type Best = { -readonly [Key in keyof Split]: Split[Key] } & { score: number };

function improve(
  best: Best,
  { most, weights, sums }: Histograms,
  node: Node,
  { parameter, from, to }: { parameter: number; from: number; to: number },
): void {
  let weight = 0;
  let sum = 0;
  let last = -1;
  for (let cell = from; cell < to; cell++) {
    const own = weights[parameter * most + cell] ?? 0;
    if (own === 0) continue;
    if (last >= 0) {
      const score = sum ** 2 / weight + (node.sum - sum) ** 2 / (node.weight - weight);
      if (score > best.score) {
        best.score = score;
        best.parameter = parameter;
        best.boundary = (last + cell + 1) >> 1;
      }
    }
    weight += own;
    sum += sums[parameter * most + cell] ?? 0;
    last = cell;
  }
}

/** Puts the rows of the left side first, both sides in the order they were in. @returns where the right one starts */
function createPartition(
  { cells, cellCounts }: TreeRows,
  rows: Int32Array,
): (start: number, end: number, parameter: number, boundary: number) => number {
  const parameters = cellCounts.length;
  const right = new Int32Array(rows.length);
  return (start, end, parameter, boundary) => {
    let middle = start;
    let count = 0;
    for (let place = start; place < end; place++) {
      const row = rows[place] ?? 0;
      if ((cells[row * parameters + parameter] ?? 0) < boundary) rows[middle++] = row;
      else right[count++] = row;
    }
    rows.set(right.subarray(0, count), middle);
    return middle;
  };
}
