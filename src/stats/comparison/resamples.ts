import type { RandomSource } from "../../core/random.ts";
import { createCounter } from "./row-counter.ts";
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

/** Counts what each run has right in each resample: as many resamples at once as fit into the 53 bits of a number. */
export function visitResamples(
  correctness: Correctness,
  resamples: number,
  random: RandomSource,
  visit: (resample: Resample) => void,
): void {
  const { rows, counts } = correctness;
  const radix = 2 ** Math.ceil(Math.log2(rows + 1));
  const together = Math.max(1, Math.floor(EXACT_BITS / Math.log2(radix)));
  const count = createCounter(correctness);
  const [totals, sums] = [new Float64Array(counts.length), new Float64Array(counts.length)];
  for (let done = 0; done < resamples; done += together) {
    const length = Math.min(together, resamples - done);
    const drawn = Array.from({ length }, () => drawWeights(rows, random));
    count(joinDigits(drawn, rows, radix), totals);
    for (const weights of drawn) {
      for (let run = 0; run < sums.length; run++) {
        const total = totals[run] ?? 0;
        const rest = Math.floor(total / radix);
        sums[run] = total - rest * radix;
        totals[run] = rest;
      }
      visit({ weights, sums });
    }
  }
}

/** Two rows come from one number where it has room for them. */
function drawWeights(rows: number, random: RandomSource): Uint16Array {
  const weights = new Uint16Array(rows);
  const isPaired = rows ** 2 <= 2 ** 32;
  const below = isPaired ? rows ** 2 : rows;
  for (let draw = isPaired ? 1 : 0; draw < rows; draw += isPaired ? 2 : 1) {
    const drawn = random.nextInteger(below);
    const row = drawn % rows;
    weights[row] = (weights[row] ?? 0) + 1;
    if (!isPaired) continue;
    const other = (drawn - row) / rows;
    weights[other] = (weights[other] ?? 0) + 1;
  }
  if (isPaired && rows % 2 === 1) {
    const row = random.nextInteger(rows);
    weights[row] = (weights[row] ?? 0) + 1;
  }
  return weights;
}

/** Of each row, its weights in all of these resamples as digits of one number, the first the lowest. */
function joinDigits(drawn: readonly Uint16Array[], rows: number, radix: number): Float64Array {
  const joined = new Float64Array(rows);
  let unit = 1;
  for (const weights of drawn) {
    for (let row = 0; row < rows; row++)
      joined[row] = (joined[row] ?? 0) + unit * (weights[row] ?? 0);
    unit *= radix;
  }
  return joined;
}
