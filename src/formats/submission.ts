/** Digits behind the point: float32 tells about seven apart. */
const PROBABILITY_DIGITS = 6;

/** What Kaggle takes: `ImageId,Label`, ids from 1 in the order of the rows, lines end with LF. */
export function formatSubmission(labels: Uint8Array): string {
  const rows = Array.from(labels, (label, row) => `${row + 1},${label}`);
  return `${["ImageId,Label", ...rows].join("\n")}\n`;
}

/**
 * `ImageId,p0,p1,...`: the probability of each class, with six digits behind the point.
 * @param probabilities [rows, classes]
 */
export function formatProbabilities(probabilities: Float32Array, classes: number): string {
  const header = ["ImageId", ...Array.from({ length: classes }, (_, label) => `p${label}`)];
  const rows = Array.from({ length: probabilities.length / classes }, (_, row) => {
    const values = probabilities.subarray(row * classes, (row + 1) * classes);
    return [row + 1, ...Array.from(values, (value) => value.toFixed(PROBABILITY_DIGITS))].join(",");
  });
  return `${[header.join(","), ...rows].join("\n")}\n`;
}
