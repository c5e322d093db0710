import type { RandomSource } from "../../core/random.ts";
import type { Correctness } from "./correctness.ts";

/** A bootstrap sample of the hold-out: as many rows as it has, drawn with replacement. */
export interface Resample {
  /** How often each row was drawn. */
  readonly weights: Uint16Array;
  /** Of each run, how many of the rows drawn it has right; overwritten by the next resample. */
  readonly sums: Float64Array;
}

/** Bits of a number that count exactly. */
const EXACT_BITS = 53;

/**
 * Counts what each run has right in each resample. The weights of eight rows make a table of 256 sums, so that eight rows
 * take one addition (as in Arlazarov, Dinic, Kronrod and Faradzev, 1970), and as many resamples as fit into the 53 bits
 * of a number are summed at once.
 */
export function visitResamples(
  correctness: Correctness,
  resamples: number,
  random: RandomSource,
  visit: (resample: Resample) => void,
): void {
  const { rows, shared, counts } = correctness;
  const radix = 2 ** Math.ceil(Math.log2(rows + 1));
  const together = Math.max(1, Math.floor(EXACT_BITS / Math.log2(radix)));
  const sums = new Float64Array(counts.length);
  for (let done = 0; done < resamples; done += together) {
    const length = Math.min(together, resamples - done);
    const drawn = Array.from({ length }, () => drawWeights(rows, random));
    const totals = sumTogether(correctness, drawn, radix);
    for (const weights of drawn) {
      let base = 0;
      for (const row of shared) base += weights[row] ?? 0;
      for (let run = 0; run < sums.length; run++) {
        const total = totals[run] ?? 0;
        const rest = Math.floor(total / radix);
        sums[run] = base + total - rest * radix;
        totals[run] = rest;
      }
      visit({ weights, sums });
    }
  }
}

/** Two rows come from one number where it has room for them. */
function drawWeights(rows: number, random: RandomSource): Uint16Array {
  const weights = new Uint16Array(rows);
  const count = (row: number) => (weights[row] = (weights[row] ?? 0) + 1);
  const isPaired = rows ** 2 <= 2 ** 32;
  for (let draw = isPaired ? 1 : 0; draw < rows; draw += isPaired ? 2 : 1) {
    const drawn = random.nextInteger(isPaired ? rows ** 2 : rows);
    count(drawn % rows);
    if (isPaired) count(Math.floor(drawn / rows));
  }
  if (isPaired && rows % 2 === 1) count(random.nextInteger(rows));
  return weights;
}

/** Of each run, the sums of all resamples as digits of one number, the first the lowest. */
function sumTogether(
  { words, differing, counts }: Correctness,
  drawn: readonly Uint16Array[],
  radix: number,
): Float64Array {
  const totals = new Float64Array(counts.length);
  const table = new Float64Array(4 * 256);
  for (let first = 0, start = 0; first < differing.length; first += 32, start += totals.length) {
    fillTable(table, differing.subarray(first, first + 32), (row) =>
      drawn.reduceRight((sum, weights) => sum * radix + (weights[row] ?? 0), 0),
    );
    for (let run = 0; run < totals.length; run++) {
      const word = words[start + run] ?? 0;
      totals[run] =
        (totals[run] ?? 0) +
        ((table[word & 255] ?? 0) + (table[256 | ((word >>> 8) & 255)] ?? 0)) +
        ((table[512 | ((word >>> 16) & 255)] ?? 0) + (table[768 | (word >>> 24)] ?? 0));
    }
  }
  return totals;
}

/** For each eight of 32 rows, what their values come to for each of 256 patterns. */
function fillTable(table: Float64Array, rows: Int32Array, valueOf: (row: number) => number): void {
  for (let place = 0; place < 32; place++) {
    const row = rows[place];
    const value = row === undefined ? 0 : valueOf(row);
    const start = (place >> 3) << 8;
    const size = 1 << (place & 7);
    for (let pattern = 0; pattern < size; pattern++)
      table[start + size + pattern] = (table[start + pattern] ?? 0) + value;
  }
}
