import { type RandomSource, randomFor } from "../../core/random.ts";
import { type Correctness, meanCorrect, readCorrectness } from "./correctness.ts";
import {
  type Comparison,
  FAMILY_LEVEL,
  findLargest,
  type HoldoutPredictions,
  type Member,
  scoreCandidates,
  type TieGroup,
} from "./comparison.ts";
import { constrainIntervals } from "./intervals.ts";
import { Largest } from "./largest.ts";
import { drawMeanSquare, drawNormal } from "./normal.ts";
import { visitResamples } from "./resamples.ts";
import { OUT_OF_SIGHT, reachOfChance, screenByAccuracy, SCREENING_LEVEL } from "./screen.ts";
import {
  meanByRow,
  measureSeedVariance,
  type SeedVariance,
  varianceOfSeeds,
} from "./seed-variance.ts";

const RESAMPLES = 999;
/** The allowance is the largest value but so many, less what the screen may cost. */
const KEPT = Math.floor((FAMILY_LEVEL - SCREENING_LEVEL) * (RESAMPLES + 1));

/**
 * The tie group by a paired bootstrap over the rows of the hold-out: each resample counts for all candidates at once. A
 * candidate may be the best if, in more than one resample of twenty, some other gains on it as much as the best has ahead of
 * it. Others that lie significantly behind count for no more than they may be worth (Romano, Shaikh and Wolf, "A
 * practical two-step method for testing moment inequalities", Econometrica 82, 2014), and those far behind are not read.
 * @returns null where the best of the ranking has no predictions
 */
export function compareOverRows(
  comparison: Comparison,
  holdout: HoldoutPredictions,
): TieGroup | null {
  const compared = comparison.candidates.length;
  const reach = reachOfChance(compared);
  const rows = holdout.labels.length;
  const near = screenByAccuracy(comparison, rows, reach + OUT_OF_SIGHT);
  const correctness = readCorrectness(comparison, holdout, near);
  const best = correctness.candidates.indexOf(findLargest(scoreCandidates(comparison)));
  if (best < 0) return null;
  const seedVariance = measureSeedVariance(correctness);
  const limits = limitRivals(correctness, seedVariance, best, reach);
  const allowances = findAllowances(correctness, seedVariance, limits);
  const told = constrainIntervals(
    correctness.candidates.map((place, index) => ({
      place,
      score: meanCorrect(correctness, correctness.counts, index),
      allowance: allowances[index] ?? NaN,
      limit: limits[index] ?? NaN,
    })),
  ).map(({ place, difference: { low, high } }) => ({
    place,
    // No accuracy is further from another than 1.
    difference: { low: Math.max(-1, low / rows), high: Math.min(1, high / rows) },
  }));
  return {
    members: [...told, ...keepUnread(comparison, correctness, reach)].sort(
      (a, b) => a.place - b.place,
    ),
    compared,
    over: seedVariance.degrees > 0 ? "rows and seeds" : "rows",
    level: FAMILY_LEVEL,
  };
}

/** Without predictions, only the accuracies can tell a candidate from the best. */
function keepUnread(
  comparison: Comparison,
  { unread, rows }: Correctness,
  reach: number,
): readonly Member[] {
  if (unread.length === 0) return [];
  const within = new Set(screenByAccuracy(comparison, rows, reach));
  return unread.filter((place) => within.has(place)).map((place) => ({ place, difference: null }));
}

/** For each candidate, in rows: at most how far above the best it truly lies, where that is below 0; else 0. */
function limitRivals(
  correctness: Correctness,
  seedVariance: SeedVariance,
  best: number,
  reach: number,
): Float64Array {
  const { candidates, starts, counts, rows } = correctness;
  const runsOf = (place: number) => (starts[place + 1] ?? 0) - (starts[place] ?? 0);
  const bySeed = varianceOfSeeds(seedVariance, seedVariance.seeds, rows);
  const top = meanByRow(correctness, best);
  const ahead = meanCorrect(correctness, counts, best);
  return Float64Array.from(candidates, (_, place) => {
    const own = meanByRow(correctness, place);
    let squares = bySeed * (1 / runsOf(place) + 1 / runsOf(best));
    for (let row = 0; row < own.length; row++) squares += ((own[row] ?? 0) - (top[row] ?? 0)) ** 2;
    const behind = ahead - meanCorrect(correctness, counts, place);
    return Math.min(0, reach * Math.sqrt(squares) - behind);
  });
}

/** For each candidate, in rows: how far above it the best of a sample is, but for one resample in twenty, were it the best. */
function findAllowances(
  correctness: Correctness,
  seedVariance: SeedVariance,
  limits: Float64Array,
): readonly number[] {
  const { candidates, counts, rows } = correctness;
  const random = randomFor(candidates.length, "tie group");
  const told = candidates.map((_, place) => meanCorrect(correctness, counts, place));
  const gains = new Float64Array(candidates.length);
  const largest = candidates.map(() => new Largest(KEPT));
  visitResamples(correctness, RESAMPLES, random, ({ sums }) => {
    for (const place of candidates.keys())
      gains[place] = meanCorrect(correctness, sums, place) - (told[place] ?? 0);
    addSeeds(gains, correctness, drawSeedVariance(seedVariance, rows, random), random);
    let highest = -Infinity;
    for (let place = 0; place < gains.length; place++)
      highest = Math.max(highest, (gains[place] ?? 0) + (limits[place] ?? 0));
    for (const [place, kept] of largest.entries()) kept.add(highest - (gains[place] ?? 0));
  });
  return largest.map((kept) => kept.least);
}

/** Seeds are few, so that what they vary is itself uncertain: as with Student's t, each resample has its own. */
function drawSeedVariance(variance: SeedVariance, rows: number, random: RandomSource): number {
  const { seeds, degrees } = variance;
  if (degrees === 0) return 0;
  return varianceOfSeeds(variance, seeds / drawMeanSquare(degrees, random), rows);
}

function addSeeds(
  gains: Float64Array,
  { starts }: Correctness,
  variance: number,
  random: RandomSource,
): void {
  if (variance === 0) return;
  for (let place = 0; place < gains.length; place++) {
    const runs = (starts[place + 1] ?? 0) - (starts[place] ?? 0);
    gains[place] = (gains[place] ?? 0) + drawNormal(random) * Math.sqrt(variance / runs);
  }
}
