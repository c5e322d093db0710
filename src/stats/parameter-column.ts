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

/** A parameter as rows have it. */
export function codeParameter(rows: readonly Parameters[], name: string): ParameterColumn {
  const seen = new Map<ParameterValue, number>();
  const codes = new Int32Array(rows.length).fill(-1);
  for (const [row, params] of rows.entries()) {
    if (!Object.hasOwn(params, name)) continue;
    const value = params[name] as ParameterValue;
    const code = seen.get(value) ?? seen.size;
    if (code === seen.size) seen.set(value, code);
    codes[row] = code;
  }
  const values = [...seen.keys()].sort(compareValues);
  const places = new Map(values.map((value, place) => [value, place]));
  const placeOf = [...seen.keys()].map((value) => places.get(value) ?? -1);
  return { name, values, codes: codes.map((code) => (code < 0 ? -1 : (placeOf[code] ?? -1))) };
}
