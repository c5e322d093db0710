import type { Column } from "./view.ts";

/** Sorts trials by a column; those that have no value come last, and equal ones stay in the order they came in. */
export function sortTrials(
  trials: readonly number[],
  column: Column | undefined,
  isDown: boolean,
): readonly number[] {
  if (column === undefined) return trials;
  const keys = Float64Array.from(trials, (trial) => column.number(trial));
  const places = Array.from(keys.keys()).filter((place) => !Number.isNaN(keys[place]));
  const sign = isDown ? -1 : 1;
  places.sort((a, b) => sign * ((keys[a] ?? 0) - (keys[b] ?? 0)) || a - b);
  const untold = trials.filter((_, place) => Number.isNaN(keys[place]));
  return [...places.map((place) => trials[place] ?? 0), ...untold];
}
