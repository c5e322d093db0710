/** Digits behind the point: float32 tells about seven apart. */
const PROBABILITY_DIGITS = 6;

/** What Kaggle takes: `ImageId,Label`, ids from 1 in the order of the rows, lines end with LF. Labels are names of classes. */
export function formatSubmission(labels: Uint8Array, names: readonly string[]): string {
  const fields = names.map(toField);
  const rows = Array.from(labels, (label, row) => `${row + 1},${fields[label] ?? label}`);
  return `${["ImageId,Label", ...rows].join("\n")}\n`;
}

/**
 * `ImageId,p0,p1,...`, or `ImageId,cat,dog,...`: the probability of each class, with six digits behind the point.
 * @param probabilities [rows, classes]
 */
export function formatProbabilities(probabilities: Float32Array, names: readonly string[]): string {
  const classes = names.length;
  const columns = names.map((name, label) =>
    name === String(label) ? `p${label}` : toField(name),
  );
  const rows = Array.from({ length: probabilities.length / classes }, (_, row) => {
    const values = probabilities.subarray(row * classes, (row + 1) * classes);
    return [row + 1, ...Array.from(values, (value) => value.toFixed(PROBABILITY_DIGITS))].join(",");
  });
  return `${[["ImageId", ...columns].join(","), ...rows].join("\n")}\n`;
}

/** As CSV has it (RFC 4180). */
const toField = (name: string): string =>
  /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
