import { listConfused, SHOWN_PAIRS } from "../../stats/confused-pairs.ts";
import type { Confusion } from "../../stats/report-page.ts";

/** Pairs of classes that a page has images of, and images of each. */
const [MAX_PAIRS, ROWS_OF_PAIR] = [40, 8];

/** What all trials together said of the rows that were held out. */
export interface Said {
  readonly labels: Uint8Array;
  readonly classes: number;
  /** [row, class] */
  readonly counts: Int32Array;
}

interface ConfusedRows {
  readonly truth: number;
  readonly said: number;
  /** Rows of the hold-out, the one that most trials take for it first; at least one. */
  readonly rows: readonly number[];
  readonly trials: Int32Array;
}

/**
 * Rows of the pairs that these matrices have among their first, the pair that all trials confuse most before all.
 * @param most rows together
 */
export function listConfusedRows(
  said: Said,
  matrices: readonly Confusion[],
  most: number,
): readonly ConfusedRows[] {
  const { classes } = said;
  const isListed = new Uint8Array(classes * classes);
  for (const { counts } of matrices)
    for (const pair of listConfused(counts, classes).slice(0, SHOWN_PAIRS))
      isListed[pair.truth * classes + pair.said] = 1;
  const pairs = listConfused(sumPairs(said), classes).filter(
    (pair) => isListed[pair.truth * classes + pair.said] === 1,
  );
  const taken = new Set<number>();
  const found: ConfusedRows[] = [];
  for (const { truth, said: other } of pairs.slice(0, MAX_PAIRS)) {
    const rows = listRows(said, truth, other);
    for (const row of rows) taken.add(row);
    if (taken.size > most) break;
    const trials = Int32Array.from(rows, (row) => said.counts[row * classes + other] ?? 0);
    found.push({ truth, said: other, rows, trials });
  }
  return found;
}

/** [true class, predicted class] */
function sumPairs({ labels, classes, counts }: Said): Int32Array {
  const sums = new Int32Array(classes * classes);
  for (const [row, label] of labels.entries())
    for (let each = 0; each < classes; each++) {
      const place = label * classes + each;
      sums[place] = (sums[place] ?? 0) + (counts[row * classes + each] ?? 0);
    }
  return sums;
}

function listRows({ labels, classes, counts }: Said, truth: number, other: number): number[] {
  const timesOf = (row: number): number => counts[row * classes + other] ?? 0;
  return Array.from(labels.keys())
    .filter((row) => labels[row] === truth && timesOf(row) > 0)
    .sort((a, b) => timesOf(b) - timesOf(a) || a - b)
    .slice(0, ROWS_OF_PAIR);
}
