import type { ParameterValue } from "../../core/study.ts";
import type { SearchedParameter } from "./cell-grid.ts";

/** What rows are gathered in: one value, or a part of a range with its lower end, and its upper one where it is the last. */
export type Bin =
  | { readonly kind: "value"; readonly value: ParameterValue }
  | { readonly kind: "part"; readonly low: number; readonly high: number };

export interface BinnedParameter {
  /** In the order of values. */
  readonly bins: readonly Bin[];
  /** For each value of the column, the place of its bin. */
  readonly binOfValue: Int32Array;
}

/** Most different numbers of a range that are told one by one; and the parts that more of them are told in. */
const MOST_VALUES = 12;

/** Each value of a list, and of a range that few were taken of; else twelve equal parts from end to end. */
export function binParameter(parameter: SearchedParameter): BinnedParameter {
  const { values } = parameter.column;
  const numbers = values.filter((value) => typeof value === "number");
  const isListed = numbers.length < values.length || parameter.distribution?.kind === "categorical";
  if (!isListed && values.length > MOST_VALUES) return binNumbers(parameter, numbers);
  const bins = values.map((value): Bin => ({ kind: "value", value }));
  return { bins, binOfValue: Int32Array.from(values.keys()) };
}

/** @param numbers ascending */
function binNumbers(
  { distribution }: SearchedParameter,
  numbers: readonly number[],
): BinnedParameter {
  const range = distribution?.kind === "categorical" ? null : distribution;
  const low = Math.min(range?.low ?? Infinity, numbers[0] ?? 0);
  const high = Math.max(range?.high ?? -Infinity, numbers.at(-1) ?? 0);
  const edges = placeEdges(low, high, range?.log === true && low > 0);
  return {
    bins: edges.slice(1).map((edge, at) => ({ kind: "part", low: edges[at] ?? low, high: edge })),
    binOfValue: Int32Array.from(numbers, (value) => {
      const after = edges.findIndex((edge) => edge > value);
      return (after < 0 ? MOST_VALUES : Math.max(1, after)) - 1;
    }),
  };
}

/** Ends and inner edges; halves first, because a width may be more than a double holds. */
function placeEdges(low: number, high: number, isLog: boolean): readonly number[] {
  return Array.from({ length: MOST_VALUES + 1 }, (_, at) => {
    if (at === 0 || at === MOST_VALUES) return at === 0 ? low : high;
    const share = at / MOST_VALUES;
    return isLog
      ? Math.exp(Math.log(low) + share * (Math.log(high) - Math.log(low)))
      : low * (1 - share) + high * share;
  });
}
