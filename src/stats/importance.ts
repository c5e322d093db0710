import { randomFor, shuffle } from "../core/random.ts";

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
  objectives: readonly number[],
  groupings: readonly Int32Array[],
): readonly (Importance | null)[] {
  const values = Float64Array.from(objectives);
  const measures = groupings.map((groups) => createMeasure(values, groups));
  const shares = measures.map((measure) => measure?.(values) ?? null);
  const largest = permute(values, measures);
  const limit = largest[Math.ceil((1 - SIGNIFICANCE) * (PERMUTATIONS + 1)) - 1] ?? Infinity;
  return shares.map((share) =>
    share === null ? null : { share: Math.max(0, share), isBeyondChance: share > limit },
  );
}

/** The share that a parameter's groups have of some values, a row each. */
type Measure = (values: Float64Array) => number;

/** Ascending: the largest share over all parameters that each permutation gives. */
function permute(values: Float64Array, measures: readonly (Measure | null)[]): readonly number[] {
  const random = randomFor(values.length, "importance");
  const shuffled = Float64Array.from(values);
  const largest = Array.from({ length: PERMUTATIONS }, () => {
    shuffle(shuffled, random);
    return Math.max(-Infinity, ...measures.map((measure) => measure?.(shuffled) ?? -Infinity));
  });
  return largest.sort((a, b) => a - b);
}

/** Null where nothing can be told. The rows that have the parameter keep their places under permutation. */
function createMeasure(objectives: Float64Array, groups: Int32Array): Measure | null {
  const counts = new Int32Array(groups.reduce((most, group) => Math.max(most, group), -1) + 1);
  for (const group of groups) if (group >= 0) counts[group] = (counts[group] ?? 0) + 1;
  const rows = listByGroup(groups, counts);
  const used = counts.filter((count) => count > 0).length;
  const first = objectives[rows[0] ?? 0];
  const isFlat = rows.every((row) => objectives[row] === first);
  if (used < 2 || rows.length < used * LEAST_GROUP_SIZE || isFlat) return null;
  return (values) => {
    // From one of them, sums of squares lose nothing, however far they all, or others, are from 0.
    const origin = values[rows[0] ?? 0] ?? 0;
    let place = 0;
    let sum = 0;
    let squares = 0;
    let between = 0;
    for (const count of counts) {
      const end = place + count;
      let own = 0;
      for (; place < end; place++) {
        const value = (values[rows[place] ?? 0] ?? 0) - origin;
        own += value;
        squares += value * value;
      }
      sum += own;
      if (count > 0) between += own ** 2 / count;
    }
    const shared = sum ** 2 / rows.length;
    const total = squares - shared;
    if (total <= 0) return 0;
    const within = squares - between;
    return 1 - within / (rows.length - used) / (total / (rows.length - 1));
  };
}

/** The rows that have a group, group after group, so that each can be summed up in one go. */
function listByGroup(groups: Int32Array, counts: Int32Array): Int32Array {
  let end = 0;
  const next = counts.map((count) => (end += count) - count);
  const rows = new Int32Array(end);
  for (const [row, group] of groups.entries()) {
    const place = next[group];
    if (place === undefined) continue;
    rows[place] = row;
    next[group] = place + 1;
  }
  return rows;
}
