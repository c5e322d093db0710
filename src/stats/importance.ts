import { randomFor, shuffle } from "../core/random.ts";
import { quantile, sortNumbers } from "./moments.ts";
import { sortByGroup } from "./replicates.ts";

/** How much a parameter explains by itself. */
export interface Importance {
  /** Epsilon squared, the share of the objective's variance between its groups less what chance alone gives; <= 1. */
  readonly share: number;
  /** Whether chance seldom (1 in 20 studies) gives so much to any of the parameters. */
  readonly isBeyondChance: boolean;
}

const PERMUTATIONS = 199;
const SIGNIFICANCE = 0.05;
/** Fewer rows in a group, on the average, say nothing. */
const LEAST_GROUP_SIZE = 2;

/**
 * Epsilon squared of each parameter (Kelley, PNAS 21, 1935: eta squared corrected for its bias), one parameter at a time,
 * so that interactions do not show; held against permutations of the objective, of which each gives its largest value
 * over all parameters (Westfall and Young, 1993), so that many parameters, or many values, win nothing by their number.
 * @param groupings for each parameter, the group of each row, from 0; -1: the row has no such parameter
 * @returns null where there are too few rows for the groups, or nothing varies
 */
export function measureImportance(
  objectives: Float64Array,
  groupings: readonly Int32Array[],
): readonly (Importance | null)[] {
  const values = tame(objectives);
  const designs = groupings.map((groups) => describeDesign(groups, values));
  const told = designs.filter((design) => design !== null);
  const shares = designs.map((design) => design && measureShare(design, values));
  const largest = permute(values, told);
  const limit = largest[Math.ceil((1 - SIGNIFICANCE) * (PERMUTATIONS + 1)) - 1] ?? Infinity;
  return shares.map((share) =>
    share === null ? null : { share: Math.max(0, share), isBeyondChance: share > limit },
  );
}

/** Squares of what is larger overflow. */
const WILD = 1e150;

/** Shares do not depend on the unit: in this one squares do not overflow. */
function tame(values: Float64Array): Float64Array {
  const isWild = values.some((value) => Math.abs(value) > WILD);
  return isWild ? values.map((value) => value * 2 ** -600) : values;
}

/** Which rows have a parameter, and how they fall into groups. */
interface Design {
  /** Of each row; -1: none. */
  readonly groups: Int32Array;
  /** Rows of each group. */
  readonly counts: Int32Array;
  /** Rows that have one. */
  readonly rows: number;
  /** Groups that have a row. */
  readonly used: number;
}

/** Null where nothing can be told. */
function describeDesign(groups: Int32Array, values: Float64Array): Design | null {
  const counts = new Int32Array(groups.reduce((most, group) => Math.max(most, group), -1) + 1);
  for (const group of groups) if (group >= 0) counts[group] = (counts[group] ?? 0) + 1;
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const used = counts.filter((count) => count > 0).length;
  const first = values[groups.findIndex((group) => group >= 0)];
  const isFlat = groups.every((group, row) => group < 0 || values[row] === first);
  return used < 2 || rows < used * LEAST_GROUP_SIZE || isFlat
    ? null
    : { groups, counts, rows, used };
}

function measureShare(design: Design, values: Float64Array): number {
  // From one of them, sums of squares lose nothing, however far they all, or others, are from 0.
  const origin = values[design.groups.findIndex((group) => group >= 0)] ?? 0;
  return createMeasure(design)(values.map((value) => value - origin));
}

/** @param sums of the values of each group; @param squares the sum of all their squares */
function shareOf({ counts, rows, used }: Design, sums: Float64Array, squares: number): number {
  let sum = 0;
  let between = 0;
  for (const [group, count] of counts.entries()) {
    const own = sums[group] ?? 0;
    sum += own;
    if (count > 0) between += own ** 2 / count;
  }
  const total = squares - sum ** 2 / rows;
  if (total <= 0) return 0;
  return 1 - (squares - between) / (rows - used) / (total / (rows - 1));
}

/**
 * Ascending: the largest share over all parameters that each permutation gives. The rows that have a parameter keep
 * their places.
 */
function permute(objectives: Float64Array, designs: readonly Design[]): readonly number[] {
  if (designs.length === 0) return [];
  const random = randomFor(objectives.length, "importance");
  // A few that are far away take nothing from the exactness of the others.
  const centre = quantile(sortNumbers(objectives), 0.5);
  const values = objectives.map((value) => value - centre);
  const measures = designs.map(createMeasure);
  const twice = new Float64Array(2 * values.length);
  const largest = Array.from({ length: PERMUTATIONS }, (_, permutation) => {
    const isTurned = values.length >= LEAST_TURNED;
    if (permutation === 0 || !isTurned) {
      shuffle(values, random);
      twice.set(values);
      twice.set(values, values.length);
    }
    const start = isTurned ? random.nextInteger(values.length) : 0;
    const permuted = twice.subarray(start, start + values.length);
    return Math.max(...measures.map((measure) => measure(permuted)));
  });
  return largest.sort((a, b) => a - b);
}

/**
 * So many rows are shuffled once, and then turned round by a random number of places, which takes no time: any group
 * of permutations will do for a test, if it is large (Lehmann and Romano, Testing Statistical Hypotheses, 2005, 15.2).
 */
const LEAST_TURNED = 10_000;

function createMeasure(design: Design): (values: Float64Array) => number {
  const { groups, counts } = design;
  const { places } = sortByGroup(groups, counts.length);
  const sums = new Float64Array(counts.length);
  return (values) => {
    let place = 0;
    let squares = 0;
    for (const [group, count] of counts.entries()) {
      let sum = 0;
      for (const end = place + count; place < end; place++) {
        const value = values[places[place] ?? 0] ?? 0;
        sum += value;
        squares += value * value;
      }
      sums[group] = sum;
    }
    return shareOf(design, sums, squares);
  };
}
