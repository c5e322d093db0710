import { randomFor } from "../../core/random.ts";
import {
  type Candidate,
  type Comparison,
  FAMILY_LEVEL,
  findLargest,
  type Member,
  scoreCandidates,
  type TieGroup,
} from "./comparison.ts";
import { constrainIntervals } from "./intervals.ts";
import { Largest } from "./largest.ts";
import { drawLargestNormal, drawMeanSquare, drawNormal } from "../normal.ts";
import { type PooledVariance, poolVariance } from "./screen.ts";

const SAMPLES = 1999;
const KEPT = Math.floor(FAMILY_LEVEL * (SAMPLES + 1));
/** With so many degrees of freedom, a standard deviation is known to a fortieth. */
const MOST_DEGREES = 1000;

/**
 * The tie group by replicates of whatever the objective is: the studentized difference to the best, its limit by simulation (Hsu
 * 1984; Dunnett, JASA 50, 1955, for as many controls as there are candidates). What seeds vary is pooled over the better
 * candidates, for what fails now and then varies more than what is good.
 * @returns null where nothing has replicates
 */
export function compareOverSeeds(comparison: Comparison): TieGroup | null {
  const pool = poolNearBest(comparison);
  if (pool === null) return null;
  const scores = scoreCandidates(comparison);
  const compared = scores.length;
  const members = tellApart(comparison, scores, pool);
  return { members, compared, over: "seeds", level: FAMILY_LEVEL };
}

/** Variance between replicates, in squared units. */
export interface NearVariance extends PooledVariance {
  readonly unit: number;
}

/**
 * Over the better half, best first, until it is known well enough. That the means choose who is in does not bend a variance.
 * @returns null where nothing has replicates
 */
export function poolNearBest(comparison: Comparison): NearVariance | null {
  // Of very many single runs the scores need not be sorted to see that.
  if (comparison.candidates.every(({ values }) => values.length < 2)) return null;
  const scores = scoreCandidates(comparison);
  const byScore = [...scores.keys()]
    .filter((place) => (scores[place] ?? -Infinity) > -Infinity)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const half = byScore.slice(0, Math.ceil(byScore.length / 2));
  let degrees = 0;
  const enough = half.filter((place) => {
    const isNeeded = degrees < MOST_DEGREES;
    degrees += (comparison.candidates[place]?.values.length ?? 1) - 1;
    return isNeeded;
  });
  return pool(comparison, enough) ?? pool(comparison, byScore);
}

/** @returns null where none of them has replicates */
function pool({ candidates }: Comparison, places: readonly number[]): NearVariance | null {
  const groups = places.map((place) => candidates[place]?.values ?? []);
  const sizes = groups.flat().map(Math.abs);
  const unit = sizes.reduce((largest, size) => Math.max(largest, size), 0) || 1;
  const pooled = poolVariance(groups, unit);
  return pooled.degrees === 0 ? null : { ...pooled, unit };
}

function tellApart(
  { candidates }: Comparison,
  scores: Float64Array,
  pooled: NearVariance,
): readonly Member[] {
  const limits = simulateLimits(candidates, pooled.degrees);
  const best = scores[findLargest(scores)] ?? 0;
  const error = Math.sqrt(pooled.variance);
  const allowances = candidates.flatMap(({ values }, place) => {
    const score = (scores[place] ?? -Infinity) / pooled.unit - best / pooled.unit;
    const allowance = (limits.get(values.length) ?? 0) * error;
    return Number.isFinite(score) ? [{ place, score, allowance, limit: 0 }] : [];
  });
  return constrainIntervals(allowances).map(({ place, difference }) => {
    const [low, high] = [difference.low * pooled.unit, difference.high * pooled.unit];
    return { place, difference: Number.isFinite(high - low) ? { low, high } : null };
  });
}

/** By number of replicates: how many standard deviations of one run the best of a sample lies above the true best. */
function simulateLimits(
  candidates: readonly Candidate[],
  degrees: number,
): ReadonlyMap<number, number> {
  const random = randomFor(candidates.length, "tie group over seeds");
  const sizes = new Map<number, number>();
  for (const { values } of candidates)
    sizes.set(values.length, (sizes.get(values.length) ?? 0) + 1);
  const limits = new Map<number, number>();
  for (const own of [...sizes.keys()].sort((a, b) => a - b)) {
    const kept = new Largest(KEPT);
    for (let sample = 0; sample < SAMPLES; sample++) {
      const control = drawNormal(random) / Math.sqrt(own);
      let gain = 0;
      for (const [replicates, count] of sizes) {
        const others = replicates === own ? count - 1 : count;
        if (others === 0) continue;
        const highest = drawLargestNormal(others, random) / Math.sqrt(replicates);
        gain = Math.max(gain, highest - control);
      }
      kept.add(gain / Math.sqrt(drawMeanSquare(degrees, random)));
    }
    limits.set(own, kept.least);
  }
  return limits;
}
