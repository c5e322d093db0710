import { type RandomSource, randomFor } from "../../core/random.ts";
import { quantile } from "../moments.ts";
import { countDiffering, type Correctness, meanCorrect, type RunReader } from "./correctness.ts";
import {
  type Comparison,
  FAMILY_LEVEL,
  findLargest,
  type Member,
  scoreCandidates,
  type TieGroup,
} from "./comparison.ts";
import { constrainIntervals, leastAllowances, type Rival } from "./intervals.ts";
import { LargestOfEach } from "./largest.ts";
import { drawMeanSquare, drawNormal } from "../normal.ts";
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
 * candidate may be the best if, in more than one resample of twenty, some other gains on it as much as the best is ahead of
 * it. Where there are replicates, each resample draws what their seeds may have done as well. Candidates far behind,
 * which cannot matter, are not read.
 * @returns null where the best of the ranking has no predictions
 */
export function compareOverRows(comparison: Comparison, reader: RunReader): TieGroup | null {
  const compared = comparison.candidates.length;
  const reach = reachOfChance(compared);
  const { rows } = reader;
  const scores = scoreCandidates(comparison);
  const near = screenByAccuracy(comparison, rows, reach + OUT_OF_SIGHT);
  const correctness = reader.read(withRunnerUp(near, scores));
  const best = correctness.candidates.indexOf(findLargest(scores));
  if (best < 0) return null;
  const seedVariance = measureSeedVariance(correctness);
  const limits = limitRivals(correctness, seedVariance, best);
  const rivals = correctness.candidates.map((place, index) => ({
    place,
    score: meanCorrect(correctness, correctness.counts, index),
    limit: limits[index] ?? NaN,
  }));
  const allowances = findAllowances(correctness, seedVariance, rivals);
  const told = constrainIntervals(
    rivals.map((rival, index) => ({ ...rival, allowance: allowances[index] ?? NaN })),
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

/** However far ahead the best is, by how much is told by the next. */
function withRunnerUp(near: readonly number[], scores: Float64Array): readonly number[] {
  const [best] = near;
  if (near.length !== 1 || best === undefined) return near;
  const next = findLargest(scores.map((score, place) => (place === best ? -Infinity : score)));
  return next < 0 ? near : [best, next].sort((a, b) => a - b);
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

/** Standard errors that are more than so many times the usual one are taken off, as often as the second says. */
const [UNUSUAL, HANDICAP] = [1.25, 3];
/** Candidates within so many standard errors of the best are beside it. */
const BESIDE = 2;

/**
 * For each candidate, in rows: what is taken off its gains, 0 or below. One that differs from the best on many rows gains
 * more by chance than those close to it do, and would alone decide what all are allowed.
 */
function limitRivals(correctness: Correctness, variance: SeedVariance, best: number): Float64Array {
  const { counts } = correctness;
  const errors = measureErrors(correctness, variance, best);
  const ahead = meanCorrect(correctness, counts, best);
  const isBeside = (error: number, place: number): boolean =>
    ahead - meanCorrect(correctness, counts, place) <= BESIDE * error;
  const others = errors.filter((_, place) => place !== best);
  const beside = errors.filter((error, place) => place !== best && isBeside(error, place));
  const usual = beside.length > 0 ? quantile(beside.sort(), 0.5) : quantile(others.sort(), 0);
  return errors.map((error) => Math.min(0, HANDICAP * (UNUSUAL * usual - error)) || 0);
}

/** Of each candidate's difference to the best, in rows. */
function measureErrors(
  correctness: Correctness,
  seedVariance: SeedVariance,
  best: number,
): Float64Array {
  const { candidates, starts, rows, wrong } = correctness;
  const runsOf = (place: number) => (starts[place + 1] ?? 0) - (starts[place] ?? 0);
  const bySeed = varianceOfSeeds(seedVariance, seedVariance.seeds, rows);
  const top = meanByRow(correctness, best);
  const topRun = wrong[starts[best] ?? 0];
  return Float64Array.from(candidates, (_, place) => {
    if (place === best) return 0;
    const seeds = bySeed * (1 / runsOf(place) + 1 / runsOf(best));
    const run = wrong[starts[place] ?? 0];
    const areSingle = runsOf(place) === 1 && runsOf(best) === 1;
    if (areSingle && run !== undefined && topRun !== undefined)
      return Math.sqrt(seeds + countDiffering(run, topRun));
    const own = meanByRow(correctness, place);
    let squares = seeds;
    for (let row = 0; row < rows; row++) squares += ((own[row] ?? 0) - (top[row] ?? 0)) ** 2;
    return Math.sqrt(squares);
  });
}

/**
 * For each candidate, in rows: how far above it the best of a sample is, but for one resample in twenty, were it the
 * best; -Infinity where that is too little for it to be among those that may be.
 */
function findAllowances(
  correctness: Correctness,
  seedVariance: SeedVariance,
  rivals: readonly Rival[],
): readonly number[] {
  const { candidates, counts, rows } = correctness;
  const random = randomFor(candidates.length, "tie group");
  const told = Float64Array.from(candidates, (_, place) => meanCorrect(correctness, counts, place));
  const limits = Float64Array.from(rivals, ({ limit }) => limit);
  const gains = new Float64Array(candidates.length);
  const largest = new LargestOfEach(KEPT, leastAllowances(rivals));
  visitResamples(correctness, RESAMPLES, random, ({ sums }) => {
    for (let place = 0; place < gains.length; place++)
      gains[place] = meanCorrect(correctness, sums, place) - (told[place] ?? 0);
    addSeeds(gains, correctness, drawSeedVariance(seedVariance, rows, random), random);
    let highest = -Infinity;
    for (let place = 0; place < gains.length; place++) {
      const gain = (gains[place] ?? 0) + (limits[place] ?? 0);
      if (gain > highest) highest = gain;
    }
    for (let place = 0; place < gains.length; place++)
      largest.add(place, highest - (gains[place] ?? 0));
  });
  return candidates.map((_, place) => largest.leastOf(place));
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
