import { readFileSync } from "node:fs";
import { scoreHoldout } from "../../cnn/holdout-score.ts";
import { predictClasses } from "../../cnn/probabilities.ts";
import type { HoldoutMetric } from "../../core/holdout-metrics.ts";
import { mean, standardDeviation } from "../../stats/moments.ts";
import type { RefitFacts } from "./way.ts";

type Score = { readonly correct: number; readonly accuracy: number } & HoldoutScores;
type HoldoutScores = { readonly metrics: Partial<Record<HoldoutMetric, number>> };

/** What models came to on a test set. */
export interface RefitTest extends HoldoutScores {
  readonly path: string;
  readonly rows: number;
  /** Mean of the single models' accuracies; `metrics`: of those that are known of each. */
  readonly meanAccuracy: number;
  /** Standard deviation between them, n - 1 below; null for one model. */
  readonly deviation: number | null;
  /** Of the mean of their probabilities; null for one model, or where one left none. */
  readonly ensemble: Score | null;
}

/** One model, and what it said of the rows. */
export interface JudgedModel extends Pick<RefitFacts, "test"> {
  /** Float32 [rows, classes], absolute; null where it left none. */
  readonly probabilitiesFile: string | null;
}

/** The rows that all were judged on. */
interface TestRows {
  readonly path: string;
  /** One class a row. */
  readonly labels: Uint8Array;
  readonly classes: number;
}

/**
 * What the models came to on the test set: each alone, and all together by the mean of their probabilities.
 * The probabilities were written when each model was judged, once; no model is run again.
 */
export function summariseTest(models: readonly JudgedModel[], rows: TestRows): RefitTest | null {
  const accuracies = models.flatMap(({ test }) => test?.accuracy ?? []);
  if (accuracies.length === 0) return null;
  const single = accuracies.length === 1;
  const files = models.flatMap(({ probabilitiesFile }) => probabilitiesFile ?? []);
  const isKnown = files.length === accuracies.length;
  const each = isKnown ? files.map(readProbabilities) : [];
  return {
    path: rows.path,
    rows: rows.labels.length,
    meanAccuracy: mean(accuracies),
    deviation: single ? null : standardDeviation(accuracies),
    metrics: meanMetrics(each.map((probabilities) => score(probabilities, rows))),
    ensemble: single || !isKnown ? null : score(meanOf(each), rows),
  };
}

function readProbabilities(file: string): Float32Array {
  return new Float32Array(Uint8Array.from(readFileSync(file)).buffer);
}

function score(probabilities: Float32Array, { labels, classes }: TestRows): Score {
  const predictions = predictClasses(probabilities, classes);
  const { correct, metrics } = scoreHoldout({ predictions, probabilities }, labels, classes);
  return { correct, accuracy: correct / labels.length, metrics };
}

function meanOf(each: readonly Float32Array[]): Float32Array {
  return (each[0] ?? new Float32Array()).map((_, at) =>
    mean(each.map((probabilities) => probabilities[at] ?? 0)),
  );
}

/** Of the metrics that all have. */
function meanMetrics(scores: readonly Score[]): HoldoutScores["metrics"] {
  const names = Object.keys(scores[0]?.metrics ?? {}) as HoldoutMetric[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = scores.flatMap(({ metrics }) => metrics[name] ?? []);
      return values.length === scores.length ? [[name, mean(values)]] : [];
    }),
  );
}
