import { randomFor, shuffle } from "../core/random.ts";
import { mean } from "./moments.ts";

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
  const measures = groupings.map((groups) => createMeasure(objectives, groups));
  const shares = measures.map((measure) => measure?.(objectives) ?? null);
  const largest = permute(objectives, measures);
  const limit = largest[Math.ceil((1 - SIGNIFICANCE) * (PERMUTATIONS + 1)) - 1] ?? Infinity;
  return shares.map((share) =>
    share === null ? null : { share: Math.max(0, share), isBeyondChance: share > limit },
  );
}

type Measure = (objectives: readonly number[] | Float64Array) => number;

/** Ascending: the largest share over all parameters that each permutation gives. */
function permute(
  objectives: readonly number[],
  measures: readonly (Measure | null)[],
): readonly number[] {
  const random = randomFor(objectives.length, "importance");
  const shuffled = [...objectives];
  const largest = Array.from({ length: PERMUTATIONS }, () => {
    shuffle(shuffled, random);
    return Math.max(-Infinity, ...measures.map((measure) => measure?.(shuffled) ?? -Infinity));
  });
  return largest.sort((a, b) => a - b);
}

/** Null where nothing can be told. The rows that have the parameter keep their places under permutation. */
function createMeasure(objectives: readonly number[], groups: Int32Array): Measure | null {
  const rows = [...groups.keys()].filter((row) => (groups[row] ?? -1) >= 0);
  const counts = new Float64Array(groups.reduce((most, group) => Math.max(most, group), -1) + 1);
  for (const row of rows) counts[groups[row] ?? 0] = (counts[groups[row] ?? 0] ?? 0) + 1;
  const used = counts.filter((count) => count > 0).length;
  const own = rows.map((row) => objectives[row] ?? NaN);
  const isFlat = own.every((value) => value === own[0]);
  if (used < 2 || rows.length < used * LEAST_GROUP_SIZE || isFlat) return null;
  return (values) => {
    const sums = new Float64Array(counts.length);
    const grand = mean(rows.map((row) => values[row] ?? NaN));
    let total = 0;
    for (const row of rows) {
      const distance = (values[row] ?? NaN) - grand;
      const group = groups[row] ?? 0;
      sums[group] = (sums[group] ?? 0) + distance;
      total += distance * distance;
    }
    const between = sums.reduce(
      (sum, each, group) => sum + (counts[group] === 0 ? 0 : each ** 2 / (counts[group] ?? 1)),
      0,
    );
    if (total === 0) return 0;
    const within = total - between;
    return 1 - within / (rows.length - used) / (total / (rows.length - 1));
  };
}
