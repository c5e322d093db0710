/** Of the variance that a tree predicts over the whole search space, the shares of parameters and pairs. */
export interface VarianceShares {
  /** For each parameter, what it explains alone. */
  readonly mains: Float64Array;
  /** For each pair, what it explains beyond both. */
  readonly pairs: Float64Array;
}

/** Takes a tree's leaves and says what their variance comes from. */
export interface VarianceDecomposer {
  /** A leaf holds, for each parameter, the cells from `low` to `high`, exclusive. */
  readonly addLeaf: (low: Int32Array, high: Int32Array, value: number) => void;
  /** The shares of all leaves; null where they are all equal. */
  readonly finish: () => VarianceShares | null;
}

/** Variance less than this, of targets of about 1, is rounding. */
const LEAST_VARIANCE = 1e-24;

/**
 * Functional ANOVA of a tree (Hutter, Hoos and Leyton-Brown, ICML 2014, algorithm 2): the marginal of a parameter at a cell is
 * the mean of the leaves that hold it, weighted by how much of the rest of the search space they hold. A leaf is a box, so
 * that it adds to each marginal the same amount over an interval, or a rectangle: this is noted at its corners and summed up
 * once all leaves are there.
 * @param measures for each parameter, for each cell its share of the search space, in the order of the tree's cells; sum 1
 * @param pairs places of two parameters each
 */
export function createDecomposer(
  measures: readonly Float64Array[],
  pairs: readonly (readonly [number, number])[],
): VarianceDecomposer {
  const measureBox = createRuler(measures);
  const lines = measures.map(createLine);
  const planes = pairs.map((pair) => createPlane(measures, pair));
  const sizes = new Float64Array(measures.length);
  let [mean, squares] = [0, 0];
  return {
    addLeaf: (low, high, value) => {
      const part = value * measureBox(low, high, sizes);
      mean += part;
      squares += part * value;
      for (let at = 0; at < lines.length; at++)
        lines[at]?.add(low[at] ?? 0, high[at] ?? 0, part / (sizes[at] ?? 1));
      for (const plane of planes) plane.add(low, high, part, sizes);
    },
    finish: () => {
      const all = squares - mean ** 2;
      if (!(all > LEAST_VARIANCE)) return null;
      const alone = lines.map((line) => line.variance(mean));
      const beyond = planes.map((plane, at) => {
        const [a, b] = pairs[at] ?? [0, 0];
        return plane.variance(mean) - (alone[a] ?? 0) - (alone[b] ?? 0);
      });
      const share = (variance: number): number => Math.min(1, Math.max(0, variance / all));
      return {
        mains: Float64Array.from(alone, share),
        pairs: Float64Array.from(beyond, share),
      };
    },
  };
}

const NOTHING = new Float64Array();

type Ruler = (low: Int32Array, high: Int32Array, sizes: Float64Array) => number;

/** Writes how much of each parameter a box holds into `sizes`, and returns how much of the search space. */
function createRuler(measures: readonly Float64Array[]): Ruler {
  const before = measures.map(accumulate);
  return (low, high, sizes) => {
    let volume = 1;
    for (let at = 0; at < sizes.length; at++) {
      const sums = before[at] ?? NOTHING;
      const size = (sums[high[at] ?? 0] ?? 0) - (sums[low[at] ?? 0] ?? 0);
      sizes[at] = size;
      volume *= size;
    }
    return volume;
  };
}

/** What lies before each cell, and before the end. */
function accumulate(measures: Float64Array): Float64Array {
  const before = new Float64Array(measures.length + 1);
  for (let cell = 0; cell < measures.length; cell++)
    before[cell + 1] = (before[cell] ?? 0) + (measures[cell] ?? 0);
  return before;
}

function addTo(values: Float64Array, at: number, amount: number): void {
  values[at] = (values[at] ?? 0) + amount;
}

interface Line {
  /** Adds over an interval, upper end exclusive. */
  readonly add: (from: number, to: number, height: number) => void;
  readonly variance: (mean: number) => number;
}

function createLine(measures: Float64Array): Line {
  const changes = new Float64Array(measures.length + 1);
  return {
    add: (from, to, height) => {
      addTo(changes, from, height);
      addTo(changes, to, -height);
    },
    variance: (mean) => {
      let [marginal, variance] = [0, 0];
      for (let cell = 0; cell < measures.length; cell++) {
        marginal += changes[cell] ?? 0;
        variance += (measures[cell] ?? 0) * (marginal - mean) ** 2;
      }
      return variance;
    },
  };
}

interface Plane {
  /** Adds `part` over a box: spread over the rectangle that it is in both parameters. */
  readonly add: (low: Int32Array, high: Int32Array, part: number, sizes: Float64Array) => void;
  readonly variance: (mean: number) => number;
}

function createPlane(measures: readonly Float64Array[], [a, b]: readonly [number, number]): Plane {
  const [rows = NOTHING, columns = NOTHING] = [measures[a], measures[b]];
  const width = columns.length + 1;
  const changes = new Float64Array((rows.length + 1) * width);
  const sums = new Float64Array(width);
  return {
    add: (low, high, part, sizes) => {
      const height = part / ((sizes[a] ?? 1) * (sizes[b] ?? 1));
      const top = (low[a] ?? 0) * width;
      const bottom = (high[a] ?? 0) * width;
      const left = low[b] ?? 0;
      const right = high[b] ?? 0;
      addTo(changes, top + left, height);
      addTo(changes, top + right, -height);
      addTo(changes, bottom + left, -height);
      addTo(changes, bottom + right, height);
    },
    variance: (mean) => {
      let variance = 0;
      sums.fill(0);
      for (let row = 0; row < rows.length; row++) {
        let marginal = 0;
        let own = 0;
        for (let column = 0; column < columns.length; column++) {
          addTo(sums, column, changes[row * width + column] ?? 0);
          marginal += sums[column] ?? 0;
          own += (columns[column] ?? 0) * (marginal - mean) ** 2;
        }
        variance += (rows[row] ?? 0) * own;
      }
      return variance;
    },
  };
}
