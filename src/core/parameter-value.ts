import { canonicalJson } from "./canonical-json.ts";
import type { ParameterValue } from "./study.ts";

/** Whether two values are one. */
export function isSameValue(
  one: ParameterValue | undefined,
  other: ParameterValue | undefined,
): boolean {
  return (
    one === other || (isNested(one) && isNested(other) && keyOfValue(one) === keyOfValue(other))
  );
}

/** Whether a value is one of some. */
export function includesValue(values: readonly ParameterValue[], value: ParameterValue): boolean {
  return isNested(value) ? values.some((each) => isSameValue(each, value)) : values.includes(value);
}

/** Stands for a value in maps and sets: one key for one value. */
export function keyOfValue(value: ParameterValue): string | number | boolean {
  // No text of a parameter begins so.
  return typeof value === "object" ? `\0${canonicalJson(value)}` : value;
}

/** Each value once, in the order of the first ones. */
export function distinctValues(values: readonly ParameterValue[]): ParameterValue[] {
  return [...new Map(values.map((value) => [keyOfValue(value), value])).values()];
}

/** As a person, or a command, reads it: lists, mappings and nothing as canonical JSON, everything else as it is. */
export function formatValue(value: ParameterValue): string {
  return typeof value === "object" ? canonicalJson(value) : String(value);
}

function isNested(value: ParameterValue | undefined): value is Extract<ParameterValue, object> {
  return typeof value === "object" && value !== null;
}
