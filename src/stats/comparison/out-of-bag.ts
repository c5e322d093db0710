import { type RandomSource, randomFor } from "../../core/random.ts";
import { type Interval, mean, quantile, sortNumbers, wilsonInterval } from "../moments.ts";
import {
  type Comparison,
  type CorrectedEstimate,
  findLargest,
  scoreCandidates,
} from "./comparison.ts";
import { bitsOf, type Correctness, meanCorrect, type RunReader } from "./correctness.ts";
import { type Resample, visitResamples } from "./resamples.ts";
import { reachOfChance, screenByAccuracy } from "./screen.ts";

const RESAMPLES = 1000;
/** Of the rows, how many a bootstrap sample leaves out. */
const LEFT_OUT = Math.exp(-1);

/**
 * Bootstrap bias correction (Tsamardinos, Greasidou and Borboudakis, "Bootstrapping the out-of-sample predictions for
 * efficient and accurate cross-validation", Machine Learning 107, 2018): in each resample of the hold-out's rows, the candidate that
 * is best on the rows drawn is judged on those left out, which had no part in its being picked. Where a candidate
 * has replicates, one is judged and the others are picked by. Candidates too far behind to win any resample are not read.
 *
 * Left-out rows are fewer than all, so that their scores scatter too much: deviations are shortened as a delete-d
 * jackknife's are (Shao and Wu, "A general theory for jackknife variance estimation", Annals of Statistics 17, 1989).
 * The interval holds Wilson's, which knows that no error among few rows is not none at all.
 * @returns null where the best has no predictions, or no row is ever left out
 */
export function estimateOutOfBag(
  comparison: Comparison,
  reader: RunReader,
): CorrectedEstimate | null {
  const scores = scoreCandidates(comparison);
  const place = findLargest(scores);
  const { rows } = reader;
  const near = screenByAccuracy(comparison, rows, reachOfChance(scores.length));
  const correctness = reader.read(near);
  const best = correctness.candidates.indexOf(place);
  if (best < 0) return null;
  const judged = judgeWinners(correctness);
  if (judged.length === 0) return null;
  const estimate = mean(judged);
  const runs = (correctness.starts[best + 1] ?? 0) - (correctness.starts[best] ?? 0);
  return {
    place,
    ranked: scores[place] ?? NaN,
    estimate,
    interval: spread(sortNumbers(judged), estimate, rows, runs),
    over: runs > 1 ? "rows and seeds" : "rows",
    unread: correctness.unread.length,
  };
}

function spread(sorted: Float64Array, estimate: number, rows: number, runs: number): Interval {
  // One replicate's luck is that of all together times their number; of two, one judged is as far off as both.
  const scale = Math.sqrt(Math.max(LEFT_OUT / (1 - LEFT_OUT), runs > 1 ? 1 / (runs - 1) : 0));
  const overRows = wilsonInterval(estimate * rows, rows);
  const end = (share: number) => estimate + scale * (quantile(sorted, share) - estimate);
  return {
    low: Math.max(0, Math.min(overRows.low, end(0.025))),
    high: Math.min(1, Math.max(overRows.high, end(0.975))),
  };
}

/** Of each resample, the share of left-out rows that its winner has right. */
function judgeWinners(correctness: Correctness): number[] {
  const { starts } = correctness;
  const random = randomFor(correctness.candidates.length, "out of bag");
  const judges = new Int32Array(correctness.candidates.length);
  const judged: number[] = [];
  visitResamples(correctness, RESAMPLES, random, (resample) => {
    for (let place = 0; place < judges.length; place++) {
      const [start, end] = [starts[place] ?? 0, starts[place + 1] ?? 0];
      judges[place] = end - start > 1 ? start + random.nextInteger(end - start) : start;
    }
    const winner = pickWinner(correctness, resample.sums, judges, random);
    const share = judgeLeftOut(correctness, judges[winner] ?? 0, resample.weights);
    if (share !== null) judged.push(share);
  });
  return judged;
}

/** Ties go to any of them: the ranking's order knows the left-out rows too. */
function pickWinner(
  correctness: Correctness,
  sums: Float64Array,
  judges: Int32Array,
  random: RandomSource,
): number {
  const { starts } = correctness;
  let [winner, highest, tied] = [0, -Infinity, 0];
  for (let place = 0; place < judges.length; place++) {
    const others = (starts[place + 1] ?? 0) - (starts[place] ?? 0) - 1;
    const total = meanCorrect(correctness, sums, place) * (others + 1);
    const score = others === 0 ? total : (total - (sums[judges[place] ?? 0] ?? 0)) / others;
    if (score < highest) continue;
    tied = score > highest ? 1 : tied + 1;
    highest = score;
    if (tied === 1 || random.nextInteger(tied) === 0) winner = place;
  }
  return winner;
}

/** @returns null where no row was left out */
function judgeLeftOut(
  { wrong }: Correctness,
  run: number,
  weights: Resample["weights"],
): number | null {
  const own = wrong[run];
  let [leftOut, wrongs] = [0, 0];
  for (let word = 0, row = 0; row < weights.length; word++) {
    let mask = 0;
    const end = Math.min(row + 32, weights.length);
    for (let bit = 0; row < end; row++, bit++) mask |= (weights[row] === 0 ? 1 : 0) << bit;
    leftOut += bitsOf(mask);
    wrongs += bitsOf(mask & (own?.[word] ?? 0));
  }
  return leftOut === 0 ? null : (leftOut - wrongs) / leftOut;
}
