import { formatNumber } from "../numbers.ts";
import type { Column, View } from "../view.ts";

/** A column laid out from 0 to 1. */
export interface Axis {
  readonly column: Column;
  /** Of each trial; NaN: it has no value. */
  readonly positions: Float32Array;
  /** Where something stands, in words. */
  readonly label: (position: number) => string;
  readonly ticks: readonly (readonly [position: number, label: string])[];
  /** What stands there: a number, or the nearest word. */
  readonly valueAt: (position: number) => number | string;
  /** Where it stands; NaN: nowhere. */
  readonly positionOf: (value: number | string) => number;
  /** From one value to the next; 0 where anything lies between. */
  readonly step: number;
}

/** With more numbers than this they stand where they are, not one after another. */
const MAX_VALUES = 16;
const TICKS = 5;

/** @returns undefined where no two trials differ in it */
export function layOut(column: Column, { trials }: View): Axis | undefined {
  const values = Array.from({ length: trials }, (_, trial) => column.number(trial));
  const distinct = [...new Set(values.filter((value) => !Number.isNaN(value)))].sort(
    (a, b) => a - b,
  );
  if (distinct.length < 2) return undefined;
  const isOrdered =
    column.parameter !== undefined && (!column.isNumeric || distinct.length <= MAX_VALUES);
  return isOrdered ? layOutValues(column, values, distinct) : layOutRange(column, values, distinct);
}

/** Equal spaces from value to value. */
function layOutValues(
  column: Column,
  values: readonly number[],
  distinct: readonly number[],
): Axis {
  const last = distinct.length - 1;
  const places = new Map(distinct.map((value, place) => [value, place / last]));
  const example = new Map(values.map((value, trial) => [value, trial]));
  const name = (place: number): string => column.text(example.get(distinct[place] ?? NaN) ?? 0);
  const known = distinct.map((value, place) => (column.isNumeric ? value : name(place)));
  const every = Math.ceil(distinct.length / MAX_VALUES);
  return {
    ...{ column, step: 1 / last },
    positions: Float32Array.from(values, (value) => places.get(value) ?? NaN),
    label: (position) => name(Math.round(position * last)),
    valueAt: (position) => known[Math.round(position * last)] ?? "",
    positionOf: (value) => (known.includes(value) ? known.indexOf(value) / last : NaN),
    ticks: distinct.flatMap((_, place) =>
      place % every === 0 ? [[place / last, name(place)] as const] : [],
    ),
  };
}

function layOutRange(column: Column, values: readonly number[], distinct: readonly number[]): Axis {
  const isLog = column.parameter?.isLog === true && (distinct[0] ?? 0) > 0;
  const scale = isLog ? Math.log : (value: number): number => value;
  const back = isLog ? Math.exp : (value: number): number => value;
  const [low, high] = [scale(distinct[0] ?? 0), scale(distinct.at(-1) ?? 1)];
  // Halves, for the distance between the largest numbers there are is none any more.
  const span = high / 2 - low / 2;
  const valueAt = (position: number): number => back(low * (1 - position) + high * position);
  // As many digits as tell one tick from the next.
  const size = Math.max(Math.abs(back(low)), Math.abs(back(high)));
  const digits = isLog
    ? 3
    : Math.min(8, 2 + Math.max(1, Math.ceil(Math.log10(size / Math.abs(high - low)))));
  return {
    ...{ column, step: 0 },
    positions: Float32Array.from(values, (value) => (scale(value) / 2 - low / 2) / span),
    label: (position) => formatNumber(valueAt(position), digits + 1),
    valueAt,
    positionOf: (value) => (scale(Number(value)) / 2 - low / 2) / span,
    ticks: Array.from({ length: TICKS }, (_, tick) => {
      const position = tick / (TICKS - 1);
      return [position, formatNumber(valueAt(position), digits)] as const;
    }),
  };
}
