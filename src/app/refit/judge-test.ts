import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RefittedModel } from "../../formats/model-file.ts";
import { mean, standardDeviation } from "../../stats/moments.ts";

/** What models came to on a test set. */
export interface RefitTest {
  readonly path: string;
  readonly rows: number;
  /** Mean of the single models' accuracies. */
  readonly meanAccuracy: number;
  /** Standard deviation between them, n - 1 below; null for one model. */
  readonly deviation: number | null;
  /** Of the class with the highest mean probability over all models; null for one model. */
  readonly ensemble: { readonly correct: number; readonly accuracy: number } | null;
}

/**
 * What the models came to on the test set: each alone, and all together by the mean of their probabilities.
 * The probabilities were written when each model was judged, once; no model is run again.
 * @param models judged on the same rows
 * @param labels one class a row
 */
export function summariseTest(
  models: readonly { readonly model: RefittedModel }[],
  labels: Uint8Array,
  modelsFolder: string,
): RefitTest | null {
  const judged = models.flatMap(({ model: { name, test } }) =>
    test === null ? [] : [{ name, test }],
  );
  const [first] = judged;
  if (first === undefined) return null;
  const accuracies = judged.map(({ test }) => test.accuracy);
  const single = judged.length === 1;
  const files = judged.map(({ name, test }) => join(modelsFolder, name, test.probabilities.file));
  return {
    path: first.test.path,
    rows: labels.length,
    meanAccuracy: mean(accuracies),
    deviation: single ? null : standardDeviation(accuracies),
    ensemble: single ? null : scoreEnsemble(files, labels),
  };
}

function scoreEnsemble(files: readonly string[], labels: Uint8Array) {
  const probabilities = files.map(
    (file) => new Float32Array(Uint8Array.from(readFileSync(file)).buffer),
  );
  const classes = (probabilities[0]?.length ?? 0) / labels.length;
  let correct = 0;
  for (const [row, label] of labels.entries()) {
    const sums = Array.from({ length: classes }, (_, klass) =>
      probabilities.reduce((sum, values) => sum + (values[row * classes + klass] ?? 0), 0),
    );
    if (sums.indexOf(Math.max(...sums)) === label) correct += 1;
  }
  return { correct, accuracy: correct / labels.length };
}
