import {
  type Comparison,
  type CorrectedEstimate,
  findLargest,
  scoreCandidates,
  type Untold,
} from "./comparison.ts";
import { studentLimit } from "../normal.ts";
import { poolNearBest } from "./over-seeds.ts";

/** Standard errors of the best's mean, beyond which another candidate tells nothing of it. */
const WINDOW = 10;
const STEPS_PER_ERROR = 10;
const ROUNDS = 400;
/** Of freedom: with fewer, what seeds vary is not known well enough to be taken off. */
const LEAST_DEGREES = 10;

/**
 * Empirical Bayes: where the true means lie is estimated from all candidates near the best, as the distribution that makes their
 * means most likely (Kiefer and Wolfowitz, Annals of Mathematical Statistics 27, 1956, by EM as Laird, JASA 73, 1978), and the
 * best is told by its mean given its value, which picking does not bias (Efron, "Tweedie's formula and selection bias",
 * JASA 106, 2011). Of the luck of equal candidates, about four fifths are taken off. The interval has the length that it
 * would have had without picking.
 */
export function shrinkBest(comparison: Comparison): CorrectedEstimate | Untold {
  const pooled = poolNearBest(comparison);
  if (pooled === null)
    return { reason: "one run each and no hold-out predictions of this objective: run replicates" };
  if (pooled.degrees < LEAST_DEGREES)
    return { reason: "too few replicates to tell how much seeds vary: run more" };
  const scores = scoreCandidates(comparison);
  const place = findLargest(scores);
  const best = scores[place] ?? NaN;
  const replicatesOf = (each: number) => comparison.candidates[each]?.values.length ?? 1;
  const deviation = Math.sqrt(pooled.variance);
  const error = deviation / Math.sqrt(replicatesOf(place));
  const behind = [...scores.keys()].map((each) => ({
    gap: (best / pooled.unit - (scores[each] ?? 0) / pooled.unit) / error,
    precision: replicatesOf(each) / replicatesOf(place),
  }));
  const lead = error > 0 ? expectLead(behind.filter(({ gap }) => gap <= WINDOW)) : 0;
  const sign = comparison.direction === "maximize" ? 1 : -1;
  const estimate = sign * (best - lead * error * pooled.unit);
  const half = studentLimit(pooled.degrees) * error * pooled.unit;
  return {
    place,
    ranked: sign * best,
    estimate,
    interval: { low: estimate - half, high: estimate + half },
    over: "seeds",
    unread: 0,
  };
}

/** Alike candidates, in standard errors of the best: how far behind it, and how much better known. */
interface Alike {
  readonly gap: number;
  readonly precision: number;
  readonly count: number;
}

/** How far the best lies above its own true mean, in standard errors of it. */
function expectLead(behind: readonly Omit<Alike, "count">[]): number {
  const alike = countAlike(behind);
  const support = Float64Array.from(
    { length: 2 * WINDOW * STEPS_PER_ERROR },
    (_, step) => step / STEPS_PER_ERROR - WINDOW / 2,
  );
  const densities = alike.map(({ gap, precision }) =>
    support.map((at) => Math.exp((-precision * (gap - at) ** 2) / 2)),
  );
  let weights: Float64Array = support.map(() => 1 / support.length);
  for (let round = 0; round < ROUNDS; round++) weights = refine(weights, densities, alike);
  const own = support.map((at, step) => Math.exp(-(at ** 2) / 2) * (weights[step] ?? 0));
  const total = own.reduce((sum, density) => sum + density, 0);
  return own.reduce((sum, density, step) => sum + density * (support[step] ?? 0), 0) / total;
}

/** Put together where they lie within half a step. */
function countAlike(behind: readonly Omit<Alike, "count">[]): readonly Alike[] {
  const alike = new Map<string, Alike>();
  for (const { gap, precision } of behind) {
    const step = Math.round(gap * 2 * STEPS_PER_ERROR);
    const key = `${step} ${precision}`;
    const count = (alike.get(key)?.count ?? 0) + 1;
    alike.set(key, { gap: step / (2 * STEPS_PER_ERROR), precision, count });
  }
  return [...alike.values()];
}

/** One round of EM: where each candidate's true mean lies, given the weights, becomes the weights. */
function refine(
  weights: Float64Array,
  densities: readonly Float64Array[],
  alike: readonly Alike[],
): Float64Array {
  const refined = new Float64Array(weights.length);
  let all = 0;
  for (const [place, { count }] of alike.entries()) {
    const density = densities[place] ?? new Float64Array();
    let total = 0;
    for (let step = 0; step < weights.length; step++)
      total += (weights[step] ?? 0) * (density[step] ?? 0);
    if (total === 0) continue;
    all += count;
    for (let step = 0; step < weights.length; step++)
      refined[step] =
        (refined[step] ?? 0) + (count * (weights[step] ?? 0) * (density[step] ?? 0)) / total;
  }
  return refined.map((weight) => weight / all);
}
