import { normalDistribution } from "../../core/normal-distribution.ts";
import { Ridge, type RidgeFit } from "./ridge.ts";

/** One trial as the model sees it. */
export interface Row {
  readonly features: Float64Array;
  /** Logarithm of what it took. */
  readonly log: number;
  /** It was ended for it: it would have taken more. */
  readonly isLeast: boolean;
}

/** A logarithm that is not known yet, and what may be wrong with it. */
export interface Prediction {
  readonly mean: number;
  /** Standard deviation of `mean`: shared by all that are predicted. */
  readonly doubt: number;
}

/** Hosts and their loads differ by so much, as a logarithm, however alike those were that were seen. */
const LEAST_SPREAD = 0.03;
/** Below so many rows nobody can tell what a parameter does: the mean alone is fitted. */
export const ENOUGH_ROWS = 8;
/** Of more numbers than this share of the rows the noise could not be told from what they do. */
const FITTED_SHARE = 1 / 3;
/** By then the values of rows that were ended early have settled. */
const ROUNDS = 20;

/** The logarithm of what a trial takes, as a straight line of its features with normal noise. */
export interface LogModel {
  readonly predict: (features: Float64Array) => Prediction;
  /** Standard deviation of one trial around the line. */
  readonly spread: number;
  /** Degrees of freedom of `spread`; 0: it is not known, and 0. */
  readonly degrees: number;
  /** What was left of each row that was not ended early, each as if it were predicted from the others, in units of `spread`. */
  readonly residuals: Float64Array;
}

/**
 * Rows that were ended early are lower bounds: each is given the value expected of it above that bound, again and again, as the EM
 * algorithm has it (Aitkin, "A note on the regression analysis of censored data", Technometrics 23, 1981).
 * @param rows at least one that was not ended early
 */
export function fitLogModel(rows: readonly Row[]): LogModel {
  const complete = rows.filter(({ isLeast }) => !isLeast).length;
  const ridge = new Ridge(
    rows.map(({ features }) => features),
    complete < ENOUGH_ROWS ? 0 : complete * FITTED_SHARE,
  );
  const targets = Float64Array.from(rows, ({ log }) => log);
  let fit = ridge.fit(targets);
  let variance = varianceOf(rows, targets, fit, 0);
  for (let round = 0; complete < rows.length && round < ROUNDS; round++) {
    const added = raiseBounds(rows, targets, fit, Math.sqrt(variance));
    fit = ridge.fit(targets);
    variance = varianceOf(rows, targets, fit, added);
  }
  const spread = Math.sqrt(variance);
  const degrees = Math.floor(complete - fit.fitted);
  return {
    ...{ spread, degrees: Math.max(complete > 1 ? 1 : 0, degrees) },
    residuals: residualsOf(rows, fit, spread),
    predict: (features) => ({
      mean: fit.predict(features),
      doubt: spread * Math.sqrt(fit.doubt(features)),
    }),
  };
}

/** Sets the targets of bounds to the mean of what lies above them. @returns sum of the variances that this leaves out */
function raiseBounds(
  rows: readonly Row[],
  targets: Float64Array,
  fit: RidgeFit,
  spread: number,
): number {
  let added = 0;
  for (const [place, { features, log, isLeast }] of rows.entries()) {
    if (!isLeast) continue;
    const mean = fit.predict(features);
    const bound = (log - mean) / spread;
    const hazard = hazardOf(bound);
    targets[place] = mean + spread * hazard;
    added += spread ** 2 * Math.max(0, 1 - hazard * (hazard - bound));
  }
  return added;
}

/** Density over what lies above, of the standard normal distribution; far out, where both are nothing, by its asymptote. */
function hazardOf(bound: number): number {
  if (bound > 30) return bound + 1 / bound;
  const density = Math.exp(-(bound ** 2) / 2) / Math.sqrt(2 * Math.PI);
  return density / normalDistribution(-bound);
}

function varianceOf(
  rows: readonly Row[],
  targets: Float64Array,
  fit: RidgeFit,
  added: number,
): number {
  let sum = added;
  for (const [place, { features }] of rows.entries())
    sum += ((targets[place] ?? 0) - fit.predict(features)) ** 2;
  const degrees = Math.max(1, rows.length - fit.fitted);
  return rows.length === 1 ? 0 : Math.max(LEAST_SPREAD ** 2, sum / degrees);
}

function residualsOf(rows: readonly Row[], fit: RidgeFit, spread: number): Float64Array {
  const left: number[] = [];
  for (const [place, { features, log, isLeast }] of rows.entries()) {
    const rest = 1 - (fit.leverages[place] ?? 0);
    if (!isLeast && rest > 0) left.push((log - fit.predict(features)) / (spread * Math.sqrt(rest)));
  }
  return Float64Array.from(left);
}
