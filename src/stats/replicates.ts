import type { TrialTable } from "./trial-table.ts";

/** Rows of a table that differ in their replicate only. */
export interface ReplicateGroups {
  /** For each group, the row with the lowest number. */
  readonly firsts: Int32Array;
  /** By number. */
  readonly rowsOf: (group: number) => Int32Array;
}

/** Groups rows of equal setting, epochs and parameters, in the order of their lowest numbers. */
export function groupReplicates(
  table: TrialTable,
  isWanted: (row: number) => boolean,
): ReplicateGroups {
  const rows = table.listByNumber().filter(isWanted);
  const known = new Map<string, Map<string, number>>();
  const firsts: number[] = [];
  const groups = rows.map((row) => {
    const shared = `${table.settings[row]} ${table.epochs[row]}`;
    const byParams = known.get(shared) ?? new Map<string, number>();
    if (byParams.size === 0) known.set(shared, byParams);
    const params = table.params[row] ?? "";
    const group = byParams.get(params) ?? firsts.length;
    if (group === firsts.length) {
      firsts.push(row);
      byParams.set(params, group);
    }
    return group;
  });
  const { starts, places } = sortByGroup(groups, firsts.length);
  const sorted = places.map((place) => rows[place] ?? 0);
  return {
    firsts: Int32Array.from(firsts),
    rowsOf: (group) => sorted.subarray(starts[group], starts[group + 1]),
  };
}

/**
 * The places of each group's items, group after group, within one in the order in which they come.
 * @param groups of each item, from 0; -1: of none
 * @returns where each group starts, and, one more, where the last one ends
 */
export function sortByGroup(
  groups: Int32Array,
  count: number,
): { readonly starts: Int32Array; readonly places: Int32Array } {
  const starts = new Int32Array(count + 1);
  for (const group of groups) if (group >= 0) starts[group + 1] = (starts[group + 1] ?? 0) + 1;
  for (let group = 0; group < count; group++)
    starts[group + 1] = (starts[group + 1] ?? 0) + (starts[group] ?? 0);
  const places = new Int32Array(starts[count] ?? 0);
  const next = starts.slice();
  for (const [place, group] of groups.entries()) {
    if (group < 0) continue;
    const at = next[group] ?? 0;
    places[at] = place;
    next[group] = at + 1;
  }
  return { starts, places };
}
