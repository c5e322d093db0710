import { isDeepStrictEqual } from "node:util";
import type { Metrics, StepRecord } from "../core/trial.ts";
import { studentLimit } from "./normal.ts";
import type { RankedTrial } from "./rank.ts";

/** What one run of a trial came to. */
export interface RunOutcome {
  /** Null: it has none. */
  readonly objective: number | null;
  readonly metrics: Metrics;
  readonly history: readonly StepRecord[];
  /** One class a row of the hold-out; null where none are stored. */
  readonly predictions: Uint8Array | null;
}

/** How far two runs of the same parameters with other seeds lie apart. */
export interface SeedNoise {
  /** Standard deviation of one run. */
  readonly deviation: number;
  /** Degrees of freedom that it is known with, at least 1. */
  readonly degrees: number;
}

interface NoiseOptions {
  /** True classes of the hold-out's rows, where they are known. */
  readonly labels: Uint8Array | null;
  /** Null without replicates. */
  readonly seeds: SeedNoise | null;
}

/**
 * - identical: every metric, every step and every prediction is the same, bit for bit
 * - within-noise: the objective differs by no more than the rows, or seeds, leave open
 * - different: by more
 * - unknown: it differs, and nothing tells how much is noise
 */
export type Reproduction = "identical" | "within-noise" | "different" | "unknown";

/** What has no effect beyond chance is told as different in one comparison of a hundred. */
const LEVEL = 0.01;

/**
 * Whether a trial that was run again came to the same. Noise is told by the rows on which only one of the two is right
 * (McNemar, Psychometrika 12, 1947, in its exact form), else by what seeds do (Student's t).
 */
export function judgeReproduction(
  there: RunOutcome,
  here: RunOutcome,
  { labels, seeds }: NoiseOptions,
): Reproduction {
  if (isDeepStrictEqual(comparable(there), comparable(here))) return "identical";
  if (there.objective === null || here.objective === null) return "different";
  const difference = Math.abs(there.objective - here.objective);
  const probability =
    labels === null ? null : compareRows(labels, there.predictions, here.predictions);
  if (probability !== null) return probability >= LEVEL ? "within-noise" : "different";
  if (seeds === null) return difference === 0 ? "within-noise" : "unknown";
  const limit = studentLimit(seeds.degrees) * Math.SQRT2 * seeds.deviation;
  return difference <= limit ? "within-noise" : "different";
}

/** Times are those of another run. */
function comparable({ metrics, history, predictions }: RunOutcome) {
  const steps = history.map(({ step, metrics: measured }) => ({ step, measured }));
  return { metrics, steps, predictions: predictions === null ? null : [...predictions] };
}

/** The probability of so uneven a split of the rows that only one run has right; null where it cannot be told. */
function compareRows(
  labels: Uint8Array,
  there: Uint8Array | null,
  here: Uint8Array | null,
): number | null {
  if (there?.length !== labels.length || here?.length !== labels.length) return null;
  let [thereOnly, hereOnly] = [0, 0];
  for (const [row, label] of labels.entries()) {
    const [isThere, isHere] = [there[row] === label, here[row] === label];
    if (isThere && !isHere) thereOnly += 1;
    if (isHere && !isThere) hereOnly += 1;
  }
  return splitProbability(Math.min(thereOnly, hereOnly), thereOnly + hereOnly);
}

/** Of a fair coin thrown `total` times: the probability of at most `fewer` of either side. */
export function splitProbability(fewer: number, total: number): number {
  let logTerm = -total * Math.LN2;
  let sum = 0;
  for (let count = 0; count <= fewer; count++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((total - count) / (count + 1));
  }
  return Math.min(1, 2 * sum);
}

/** Pooled over rows with replicates; null without any. */
export function poolSeedNoise(
  rows: Iterable<Pick<RankedTrial, "standardDeviation" | "replicates">>,
): SeedNoise | null {
  let squares = 0;
  let degrees = 0;
  for (const { standardDeviation, replicates } of rows) {
    if (standardDeviation === null) continue;
    squares += (replicates - 1) * standardDeviation ** 2;
    degrees += replicates - 1;
  }
  return degrees === 0 ? null : { deviation: Math.sqrt(squares / degrees), degrees };
}
