import { randomFor } from "../../core/random.ts";
import {
  type Interval,
  mean,
  quantile,
  sortNumbers,
  standardDeviation,
  wilsonInterval,
} from "../moments.ts";
import { studentLimit } from "../normal.ts";

/** What one row of a ranking measured, and how sure that is. */
export interface Estimate {
  readonly mean: number;
  /** Between replicates, n - 1 below; null of a single one. */
  readonly standardDeviation: number | null;
  /** 95 %; null where nothing tells it. */
  readonly interval: Interval | null;
  /** What else could have been drawn: other seeds with these rows, or other rows with this seed. */
  readonly over: "seeds" | "rows" | null;
  readonly method: "percentile-t" | "student" | "wilson" | null;
}

/** Fewer seeds give a bootstrap no more than their own range, or no width at all in many of its samples. */
const LEAST_FOR_BOOTSTRAP = 5;
const RESAMPLES = 1999;

/**
 * Replicates: percentile-t over the seeds (Hall, "Theoretical comparison of bootstrap confidence intervals", Annals of
 * Statistics 16, 1988), of 2 to 4 seeds Student's t. A single run whose objective is its share of right hold-out rows:
 * Wilson's interval over these.
 * @param values objective of each replicate, finite, at least one, in any order
 * @param holdout of a single run, where the objective is the hold-out's accuracy; else null
 * @param range which the objective cannot leave, nor does the interval
 */
export function estimateMean(
  values: readonly number[],
  holdout: { readonly correct: number; readonly count: number } | null,
  range: Interval = { low: -Infinity, high: Infinity },
): Estimate {
  const sorted = [...sortNumbers(values)];
  const shared = { mean: mean(sorted), standardDeviation: null };
  if (sorted.length > 1) return estimateOverSeeds(sorted, range);
  if (holdout === null || holdout.count === 0)
    return { ...shared, interval: null, over: null, method: null };
  const interval = wilsonInterval(holdout.correct, holdout.count);
  return { ...shared, interval, over: "rows", method: "wilson" };
}

function estimateOverSeeds(values: readonly number[], range: Interval): Estimate {
  const centre = mean(values);
  const deviation = standardDeviation(values);
  const error = deviation / Math.sqrt(values.length);
  const isBootstrap = values.length >= LEAST_FOR_BOOTSTRAP;
  const [below, above] = isBootstrap ? studentizeMeans(values) : limitsOf(values.length);
  const interval = {
    low: Math.max(range.low, centre - above * error),
    high: Math.min(range.high, centre - below * error),
  };
  return {
    mean: centre,
    standardDeviation: Number.isFinite(deviation) ? deviation : null,
    interval: Number.isFinite(interval.low + interval.high) ? interval : null,
    over: "seeds",
    method: isBootstrap ? "percentile-t" : "student",
  };
}

function limitsOf(count: number): readonly [number, number] {
  const limit = studentLimit(count - 1);
  return [-limit, limit];
}

/** Quantiles 0.025 and 0.975 of the studentized mean over resamples; those of one value again and again have none. */
function studentizeMeans(values: readonly number[]): readonly [number, number] {
  // Differences from one of them and in units of the largest lose nothing, however far all are from 0.
  const origin = values[0] ?? 0;
  const unit = (values.at(-1) ?? 0) - origin;
  if (unit === 0) return [0, 0];
  const scaled = Float64Array.from(values, (value) => (value - origin) / unit);
  const centre = mean(scaled);
  const places = drawPlaces(scaled.length);
  const statistics: number[] = [];
  for (let start = 0; start < places.length; start += scaled.length) {
    let [sum, squares] = [0, 0];
    for (let draw = 0; draw < scaled.length; draw++) {
      const deviation = (scaled[places[start + draw] ?? 0] ?? 0) - centre;
      sum += deviation;
      squares += deviation ** 2;
    }
    const gain = sum / scaled.length;
    const variance = (squares - sum * gain) / (scaled.length - 1);
    if (variance > 1e-12) statistics.push(gain / Math.sqrt(variance / scaled.length));
  }
  const sorted = sortNumbers(statistics);
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

const placesByCount = new Map<number, Uint32Array>();

/** Resample after resample; the same for every row of a ranking with as many seeds. */
function drawPlaces(count: number): Uint32Array {
  const known = placesByCount.get(count);
  if (known !== undefined) return known;
  const random = randomFor(count, "resamples of seeds");
  const drawn = new Uint32Array(RESAMPLES * count).map(() => random.nextInteger(count));
  placesByCount.set(count, drawn);
  return drawn;
}
