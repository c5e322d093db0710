/** How well predicted classes fit the true ones. */
interface ClassificationScore {
  readonly correct: number;
  /** Mean over the classes that occur in truth of the share predicted right, in [0, 1] (as in scikit-learn). */
  readonly balancedAccuracy: number;
  /** Mean over the classes that occur, in truth or predicted, of F1 = 2 tp / (2 tp + fp + fn), in [0, 1]. */
  readonly macroF1: number;
}

/** @param predictions, labels one class 0 .. classes-1 a row */
export function scoreClasses(
  predictions: Uint8Array,
  labels: Uint8Array,
  classes: number,
): ClassificationScore {
  const truePositives = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  const actual = new Float64Array(classes);
  for (const [row, label] of labels.entries()) {
    const prediction = predictions[row] ?? 0;
    actual[label] = (actual[label] ?? 0) + 1;
    predicted[prediction] = (predicted[prediction] ?? 0) + 1;
    if (prediction === label) truePositives[label] = (truePositives[label] ?? 0) + 1;
  }
  const sizes = [...actual.keys()].map((label) => ({
    hits: truePositives[label] ?? 0,
    truth: actual[label] ?? 0,
    both: (actual[label] ?? 0) + (predicted[label] ?? 0),
  }));
  const occurring = sizes.filter(({ truth }) => truth > 0);
  const named = sizes.filter(({ both }) => both > 0);
  return {
    correct: truePositives.reduce((sum, count) => sum + count, 0),
    balancedAccuracy: mean(occurring.map(({ hits, truth }) => hits / truth)),
    macroF1: mean(named.map(({ hits, both }) => (2 * hits) / both)),
  };
}

/** 0 of none. */
function mean(scores: readonly number[]): number {
  return scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
}
