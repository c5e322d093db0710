import { randomFor, type RandomSource } from "../../src/core/random.ts";
import type { Distribution, ParameterValue } from "../../src/core/study.ts";
import type { SearchedParameter } from "../../src/stats/importance/cell-grid.ts";
import { codeParameters } from "../../src/stats/parameter-column.ts";

/** Rows drawn from a space, with an objective that a test knows all of. */
export interface SearchedRows {
  readonly params: readonly Readonly<Record<string, ParameterValue>>[];
  readonly parameters: readonly SearchedParameter[];
  readonly objectives: Float64Array;
}

/** @param objectiveOf of a row's parameters and a source of noise */
export function drawRows(
  count: number,
  space: Readonly<Record<string, Distribution>>,
  objectiveOf: (params: Readonly<Record<string, number>>, random: RandomSource) => number,
  seed = 1,
): SearchedRows {
  const random = randomFor(seed, "rows of a test");
  const params = Array.from({ length: count }, () =>
    Object.fromEntries(
      Object.entries(space).map(([name, distribution]) => [name, draw(distribution, random)]),
    ),
  );
  const objectives = Float64Array.from(params, (row) =>
    objectiveOf(row as Record<string, number>, random),
  );
  return { params, parameters: search(params, space), objectives };
}

export function search(
  params: SearchedRows["params"],
  space: Readonly<Record<string, Distribution>>,
): readonly SearchedParameter[] {
  const columns = codeParameters(params.length, (row) => params[row] ?? {}, Object.keys(space));
  const none = { values: [], codes: new Int32Array(params.length).fill(-1) };
  return Object.entries(space).map(([name, distribution]) => ({
    column: columns.find((column) => column.name === name) ?? { name, ...none },
    distribution,
  }));
}

function draw(distribution: Distribution, random: RandomSource): ParameterValue {
  if (distribution.kind === "categorical")
    return distribution.values[random.nextInteger(distribution.values.length)] ?? "";
  const { kind, low, high, log, step } = distribution;
  if (step !== undefined && !log)
    return low + step * random.nextInteger(Math.floor((high - low) / step) + 1);
  const value = log ? low * (high / low) ** random.next() : low + (high - low) * random.next();
  return kind === "integer" ? Math.round(value) : value;
}

/** Standard normal, by the sum of twelve uniform numbers. */
export function drawNormal(random: RandomSource): number {
  let sum = -6;
  for (let drawn = 0; drawn < 12; drawn++) sum += random.next();
  return sum;
}

export function list(...values: readonly ParameterValue[]): Distribution {
  return { kind: "categorical", values };
}

export function real(low: number, high: number, log = false): Distribution {
  return { kind: "real", low, high, log };
}
