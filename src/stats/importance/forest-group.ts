import { type RandomSource, shuffle } from "../../core/random.ts";
import { type CellGrid, cutIntoCells, MOST_CELLS, type SearchedParameter } from "./cell-grid.ts";
import { type ForestColumn, type ForestPlan, growForest } from "./forest.ts";
import { type RankedRows, standardize } from "./ranked-rows.ts";
import type { VarianceShares } from "./variance-shares.ts";

/** The rows that have some parameters, which one forest says something of. */
export interface ForestGroup {
  /** Of about 1; null where they are all equal, or there are none. */
  readonly targets: Float64Array | null;
  readonly rows: number;
  /** All parameters that each of these rows has. */
  readonly columns: readonly ForestColumn[];
  /** What is told of them, as places among the columns: those that no other rows have, and pairs with one of these. */
  readonly effects: readonly (readonly number[])[];
  /** For each column the place of its parameter among all. */
  readonly places: readonly number[];
}

/** One group for each set of rows that are all those with some parameter; every parameter is told of in one of them. */
export function groupParameters(
  parameters: readonly SearchedParameter[],
  ranked: RankedRows,
): readonly ForestGroup[] {
  const grids = parameters.map(cutIntoCells);
  const sets: Int32Array[] = [];
  const setOf = ranked.codes.map((codes) => {
    const found = sets.findIndex((set) => isSameSet(set, codes));
    return found < 0 ? sets.push(codes) - 1 : found;
  });
  return sets.map((set, number) => {
    const rows = Int32Array.from(set.keys()).filter((row) => (set[row] ?? -1) >= 0);
    const places = [...parameters.keys()].filter((at) => {
      const codes = ranked.codes[at];
      return (
        setOf[at] === number || (rows.length > 0 && rows.every((row) => (codes?.[row] ?? -1) >= 0))
      );
    });
    return {
      targets: standardize(Float64Array.from(rows, (row) => ranked.losses[row] ?? 0)),
      rows: rows.length,
      columns: places.flatMap((at) => {
        const [grid, codes] = [grids[at], ranked.codes[at]];
        return grid === undefined || codes === undefined ? [] : [createColumn(grid, codes, rows)];
      }),
      effects: listEffects(places.map((at) => setOf[at] === number)),
      places,
    };
  });
}

function isSameSet(a: Int32Array, b: Int32Array): boolean {
  return a.every((code, row) => code < 0 === (b[row] ?? -1) < 0);
}

function listEffects(isOwn: readonly boolean[]): readonly (readonly number[])[] {
  const columns = [...isOwn.keys()];
  const pairs = columns.flatMap((a) =>
    columns
      .filter((b) => a < b && isOwn.some((own, at) => own && (at === a || at === b)))
      .map((b) => [a, b]),
  );
  return [...columns.filter((at) => isOwn[at]).map((at) => [at]), ...pairs];
}

function createColumn(grid: CellGrid, codes: Int32Array, rows: Int32Array): ForestColumn {
  const cells = rows.map((row) => grid.cellOfValue[codes[row] ?? 0] ?? 0);
  const { measures, isOrdered } = grid;
  if (measures.length <= MOST_CELLS) return { cells, measures, isOrdered };
  const merged = isOrdered ? mergeNeighbours(measures.length) : mergeRare(measures.length, cells);
  const sums = new Float64Array(MOST_CELLS);
  for (const [cell, to] of merged.entries()) sums[to] = (sums[to] ?? 0) + (measures[cell] ?? 0);
  return { cells: cells.map((cell) => merged[cell] ?? 0), measures: sums, isOrdered };
}

function mergeNeighbours(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, cell) => Math.floor((cell * MOST_CELLS) / count));
}

/** The most frequent cells stay, the others become one. */
function mergeRare(count: number, cells: Int32Array): Int32Array {
  const rows = new Int32Array(count);
  for (const cell of cells) rows[cell] = (rows[cell] ?? 0) + 1;
  const order = Int32Array.from(rows.keys()).sort(
    (a, b) => (rows[b] ?? 0) - (rows[a] ?? 0) || a - b,
  );
  const merged = new Int32Array(count).fill(MOST_CELLS - 1);
  for (const [rank, cell] of order.subarray(0, MOST_CELLS - 1).entries()) merged[cell] = rank;
  return merged;
}

/**
 * For each effect of a group, what share of the variance each tree gives it: one array a tree.
 * @param targets in place of the group's own, a row each
 */
export function growShares(
  { columns, effects }: ForestGroup,
  targets: Float64Array | null,
  size: Pick<ForestPlan, "trees" | "leastPart">,
  random: RandomSource,
): readonly Float64Array[] {
  if (targets === null) return [];
  const pairs = effects.filter(isPair);
  return growForest({ columns, pairs, ...size }, targets, random).map((shares) =>
    readShares(effects, shares),
  );
}

/** The same group with `most` of its rows, drawn without replacement. */
export function takeRows(group: ForestGroup, most: number, random: RandomSource): ForestGroup {
  const { targets, rows, columns } = group;
  if (targets === null || rows <= most) return group;
  const order = shuffle(
    Int32Array.from({ length: rows }, (_, row) => row),
    random,
  );
  const taken = order.subarray(0, most).sort();
  return {
    ...group,
    rows: most,
    targets: standardize(Float64Array.from(taken, (row) => targets[row] ?? 0)),
    columns: columns.map((column) => ({
      ...column,
      cells: taken.map((row) => column.cells[row] ?? 0),
    })),
  };
}

function isPair(effect: readonly number[]): effect is readonly [number, number] {
  return effect.length === 2;
}

/** Mains come before pairs among effects. */
function readShares(
  effects: ForestGroup["effects"],
  { mains, pairs }: VarianceShares,
): Float64Array {
  const alone = effects.length - pairs.length;
  return Float64Array.from(effects, ([at = 0], place) =>
    place < alone ? (mains[at] ?? 0) : (pairs[place - alone] ?? 0),
  );
}
