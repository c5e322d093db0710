/** Float32 sums of many classes, and softmax in half precision, are off by less. */
const SUM_TOLERANCE = 1e-3;
/** Of float32: scikit-learn cuts probabilities off here, so that one certain mistake is not an infinite loss. */
const EPSILON = 2 ** -23;

/**
 * The first thing wrong with probabilities: what is no probability, or a row that does not sum to 1.
 * @param probabilities [rows, classes]
 * @returns undefined where nothing is: `row 3 holds NaN for class 2`, rows and classes from 0
 */
export function findImprobable(probabilities: Float32Array, classes: number): string | undefined {
  const wrong = probabilities.findIndex((value) => !(value >= 0 && value <= 1 + SUM_TOLERANCE));
  if (wrong >= 0) {
    const [row, label] = [Math.floor(wrong / classes), wrong % classes];
    return `row ${row} holds ${String(probabilities[wrong])} for class ${label}, expected 0 .. 1`;
  }
  for (let start = 0; start < probabilities.length; start += classes) {
    const sum = probabilities.subarray(start, start + classes).reduce((all, each) => all + each, 0);
    if (Math.abs(sum - 1) > SUM_TOLERANCE)
      return `row ${start / classes} sums to ${Number(sum.toPrecision(6))}, expected 1`;
  }
  return undefined;
}

/** The class of each row with the highest probability, the first of equals. @param probabilities [rows, classes] */
export function predictClasses(probabilities: Float32Array, classes: number): Uint8Array {
  return Uint8Array.from({ length: probabilities.length / classes }, (_, row) => {
    const values = probabilities.subarray(row * classes, (row + 1) * classes);
    return values.indexOf(values.reduce((most, value) => Math.max(most, value), -Infinity));
  });
}

/** Mean over the rows of -ln p(true class), p cut off at float32's epsilon, as scikit-learn does. */
export function logLoss(probabilities: Float32Array, labels: Uint8Array, classes: number): number {
  let sum = 0;
  for (const [row, label] of labels.entries()) {
    const value = probabilities[row * classes + label] ?? NaN;
    sum -= Math.log(Math.min(1 - EPSILON, Math.max(EPSILON, value)));
  }
  return sum / labels.length;
}

/**
 * Area under the ROC curve. Of two classes: the chance that a row of class 1 has a higher p(1) than one of class 0, of
 * equals half. Of more: the plain mean over the classes of the same, each against all others (one-vs-rest, macro; not
 * Hand and Till's one-vs-one), as scikit-learn's roc_auc_score(multi_class="ovr").
 * @returns undefined where a class that is needed does not occur: of more than two those that do are averaged
 */
export function areaUnderCurve(
  probabilities: Float32Array,
  labels: Uint8Array,
  classes: number,
): number | undefined {
  const judged = classes === 2 ? [1] : Array.from({ length: classes }, (_, label) => label);
  const areas = judged
    .map((label) => areaOf(label, probabilities, labels, classes))
    .filter((area) => area !== undefined);
  if (areas.length === 0) return undefined;
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}

function areaOf(
  label: number,
  probabilities: Float32Array,
  labels: Uint8Array,
  classes: number,
): number | undefined {
  const count = labels.reduce((sum, each) => sum + Number(each === label), 0);
  if (count === 0 || count === labels.length) return undefined;
  const own = new Float32Array(count);
  const others = new Float32Array(labels.length - count);
  let [placed, passed] = [0, 0];
  for (const [row, each] of labels.entries()) {
    const value = probabilities[row * classes + label] ?? NaN;
    if (each === label) own[placed++] = value;
    else others[passed++] = value;
  }
  return countBelow(own.sort(), others.sort()) / (own.length * others.length);
}

/** Pairs of which the other is lower, equals by half (Mann and Whitney's U). Both ascending. */
function countBelow(own: Float32Array, others: Float32Array): number {
  let [below, upTo, pairs] = [0, 0, 0];
  for (const value of own) {
    while (below < others.length && (others[below] ?? NaN) < value) below += 1;
    while (upTo < others.length && (others[upTo] ?? NaN) <= value) upTo += 1;
    pairs += (below + upTo) / 2;
  }
  return pairs;
}
