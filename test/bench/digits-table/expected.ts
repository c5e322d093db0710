import { formatValue } from "../../../src/core/parameter-value.ts";
import { factorize, solve } from "../../../src/samplers/gp/cholesky.ts";
import type { Parameters } from "../../../src/core/study.ts";
import type { TableTrial } from "./read.ts";

/** Ridge: a hundredth of an observation for each effect. */
const RIDGE = 0.01;

/**
 * What each combination's accuracy is expected to be: its own trials' mean and what its mains and pairs say, each by how sure it is.
 * How far replicates are apart tells how sure a mean is, what is left of the means beyond that how sure the fit is (empirical Bayes:
 * Efron and Morris, JASA 68, 1973). Only the better half is fitted: what does not learn at all says nothing of what does.
 * @param byRow trials of each combination
 */
export function expectAccuracies(byRow: readonly (readonly TableTrial[])[]): readonly number[] {
  const means = byRow.map((trials) => mean(trials.map(({ accuracy }) => accuracy)));
  const median = means.toSorted((one, other) => one - other)[means.length >> 1] ?? 0;
  const fitted = byRow.flatMap((trials, row) =>
    (means[row] ?? 0) >= median && trials[0] !== undefined
      ? [{ row, params: trials[0].params, count: trials.length, value: means[row] ?? 0 }]
      : [],
  );
  const noise = varianceWithin(
    fitted.map(({ row }) => byRow[row]?.map(({ accuracy }) => accuracy) ?? []),
  );
  const predictions = fitEffects(fitted);
  const residuals = fitted.map(({ value }, at) => (value - (predictions[at] ?? 0)) ** 2);
  const explained = mean(fitted.map(({ count }) => noise / count));
  const lack = Math.max(0, mean(residuals) - explained);
  const expected = [...means];
  for (const [at, { row, count, value }] of fitted.entries()) {
    const share = lack / (lack + noise / count);
    expected[row] = share * value + (1 - share) * (predictions[at] ?? 0);
  }
  return expected;
}

interface Fitted {
  readonly params: Parameters;
  readonly count: number;
  readonly value: number;
}

/** Least squares over values and pairs of values, each row weighted by its trials. */
function fitEffects(rows: readonly Fitted[]): readonly number[] {
  const index = new Map<string, number>();
  const effects = rows.map(({ params }) => {
    const mains = Object.entries(params).map(([name, value]) => `${name}=${formatValue(value)}`);
    const pairs = mains.flatMap((one, at) => mains.slice(at + 1).map((other) => `${one} ${other}`));
    return ["", ...mains, ...pairs].map((effect) => {
      const place = index.get(effect) ?? index.size;
      index.set(effect, place);
      return place;
    });
  });
  const size = index.size;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (let at = 0; at < size; at++) matrix[at * size + at] = RIDGE;
  for (const [at, { count, value }] of rows.entries())
    for (const one of effects[at] ?? []) {
      right[one] = (right[one] ?? 0) + count * value;
      for (const other of effects[at] ?? [])
        matrix[one * size + other] = (matrix[one * size + other] ?? 0) + count;
    }
  const triangle = factorize(matrix, size);
  if (triangle === null) throw new Error("effects cannot be fitted");
  const solved = solve(triangle, right);
  return effects.map((places) => places.reduce((sum, place) => sum + (solved[place] ?? 0), 0));
}

/** Pooled over those with several. */
function varianceWithin(groups: readonly (readonly number[])[]): number {
  let [squares, degrees] = [0, 0];
  for (const values of groups) {
    const middle = mean(values);
    squares += values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
    degrees += values.length - 1;
  }
  return squares / Math.max(1, degrees);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
