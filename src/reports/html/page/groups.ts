import type { Column } from "./view.ts";

/** Trials that have one value, or lie in one bin of values. */
export interface Group {
  readonly label: string;
  readonly trials: readonly number[];
}

/** With more numbers than this they are put into bins of about as many trials each. */
const MAX_VALUES = 12;
const BINS = 8;

/** Groups trials by a column, ascending; those without a value are in none. */
export function groupTrials(column: Column, trials: readonly number[]): readonly Group[] {
  const groups = new Map<number, number[]>();
  for (const trial of trials) {
    const value = column.number(trial);
    if (Number.isNaN(value)) continue;
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [trial]);
    else group.push(trial);
  }
  const sorted = [...groups].sort(([a], [b]) => a - b);
  if (sorted.length > MAX_VALUES && column.isNumeric) return binTrials(column, sorted);
  return sorted.map(([, own]) => ({ label: column.text(own[0] ?? 0), trials: own }));
}

function binTrials(
  column: Column,
  sorted: readonly (readonly [number, readonly number[]])[],
): readonly Group[] {
  const total = sorted.reduce((sum, [, own]) => sum + own.length, 0);
  const bins = new Map<number, number[]>();
  let before = 0;
  for (const [, own] of sorted) {
    const bin = Math.floor((before / total) * BINS);
    before += own.length;
    bins.set(bin, [...(bins.get(bin) ?? []), ...own]);
  }
  return [...bins.values()].map((own) => {
    const [low, high] = [column.text(own[0] ?? 0), column.text(own.at(-1) ?? 0)];
    return { label: low === high ? low : `${low} to ${high}`, trials: own };
  });
}

/** Least, quarter, median, three quarters, most; none of no values. */
export function summarise(values: readonly number[]): readonly number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  return [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const position = (sorted.length - 1) * share;
    const [below, above] = [
      sorted[Math.floor(position)] ?? NaN,
      sorted[Math.ceil(position)] ?? NaN,
    ];
    return below + (above - below) * (position - Math.floor(position));
  });
}
