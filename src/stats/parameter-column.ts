import { keyOfValue } from "../core/parameter-value.ts";
import type { Parameters, ParameterValue } from "../core/study.ts";
import { compareValues } from "./outcome.ts";

/** One parameter of many rows, each value told by its place among those there are. */
export interface ParameterColumn {
  readonly name: string;
  /** What rows take, each once, ascending (outcome.ts). */
  readonly values: readonly ParameterValue[];
  /** For each row, the place of its value; -1: the row has no such parameter, as where its condition does not hold. */
  readonly codes: Int32Array;
}

/** All parameters that some rows have: those of `order` in that order, others by name. */
export function codeParameters(
  length: number,
  paramsOf: (row: number) => Parameters,
  order: readonly string[],
): readonly ParameterColumn[] {
  const columns = new Map<string, UnsortedColumn>();
  for (let row = 0; row < length; row++) {
    for (const [name, value] of Object.entries(paramsOf(row))) {
      const column = columns.get(name) ?? new UnsortedColumn(length);
      if (column.isEmpty) columns.set(name, column);
      column.set(row, value);
    }
  }
  const others = [...columns.keys()].sort();
  return [...new Set([...order, ...others])].flatMap((name) => {
    const column = columns.get(name);
    return column === undefined ? [] : [{ name, ...column.sort() }];
  });
}

/** Values in the order in which they come. */
class UnsortedColumn {
  /** By key: its place in the order of coming. */
  readonly #seen = new Map<string | number | boolean, number>();
  readonly #values: ParameterValue[] = [];
  readonly #codes: Int32Array;

  constructor(length: number) {
    this.#codes = new Int32Array(length).fill(-1);
  }

  get isEmpty(): boolean {
    return this.#seen.size === 0;
  }

  set(row: number, value: ParameterValue): void {
    const key = keyOfValue(value);
    const code = this.#seen.get(key) ?? this.#seen.size;
    if (code === this.#seen.size) {
      this.#seen.set(key, code);
      this.#values.push(value);
    }
    this.#codes[row] = code;
  }

  sort(): Omit<ParameterColumn, "name"> {
    const seen = this.#values;
    const values = [...seen].sort(compareValues);
    const places = new Map(values.map((value, place) => [keyOfValue(value), place]));
    const placeOf = seen.map((value) => places.get(keyOfValue(value)) ?? -1);
    return { values, codes: this.#codes.map((code) => placeOf[code] ?? -1) };
  }
}

/** The first rows of a column alone, with the values that these take. */
export function takeFirst({ name, values, codes }: ParameterColumn, rows: number): ParameterColumn {
  const own = codes.subarray(0, rows);
  const isTaken = new Uint8Array(values.length);
  for (const code of own) if (code >= 0) isTaken[code] = 1;
  if (!isTaken.includes(0)) return { name, values, codes: own };
  let taken = 0;
  const placeOf = Array.from(isTaken, (is) => (is === 1 ? taken++ : -1));
  return {
    ...{ name, values: values.filter((_, code) => isTaken[code] === 1) },
    codes: own.map((code) => placeOf[code] ?? -1),
  };
}

/** Whether rows differ in it: in its value, or in having it. */
export function isVarying({ codes }: ParameterColumn): boolean {
  return codes.some((code) => code !== codes[0]);
}
