import type { Comparison, HoldoutPredictions } from "./comparison.ts";

/** Which rows of the hold-out the runs of some candidates have right, a bit each. */
export interface Correctness {
  /** Rows of the hold-out. */
  readonly rows: number;
  /** Candidates whose every replicate has predictions, ascending. */
  readonly candidates: readonly number[];
  /** Those without, ascending. */
  readonly unread: readonly number[];
  /** Candidate at place p has the runs from `starts[p]` up to `starts[p + 1]`. */
  readonly starts: Int32Array;
  /** Of each run, rows it has right. */
  readonly counts: Int32Array;
  /** Of each run, a bit a row: 0 where it is right. 32 rows a word, the first the lowest bit; none beyond the last row. */
  readonly wrong: readonly Int32Array[];
}

/** One candidate's runs; null where some have no predictions of the hold-out, or none that give the value told. */
type ReadRuns = readonly { readonly correct: number; readonly wrong: Int32Array }[] | null;

/** Reads the predictions of candidates, each once. */
export class RunReader {
  readonly #candidates: Comparison["candidates"];
  readonly #holdout: HoldoutPredictions;
  readonly #pack: (predictions: Uint8Array) => Int32Array;
  readonly #known = new Map<number, ReadRuns>();

  constructor({ candidates }: Pick<Comparison, "candidates">, holdout: HoldoutPredictions) {
    this.#candidates = candidates;
    this.#holdout = holdout;
    this.#pack = createPacker(holdout.labels);
  }

  /** Of the hold-out. */
  get rows(): number {
    return this.#holdout.labels.length;
  }

  /** @param wanted ascending */
  read(wanted: readonly number[]): Correctness {
    const [candidates, unread, starts]: [number[], number[], number[]] = [[], [], [0]];
    const [counts, wrong]: [number[], Int32Array[]] = [[], []];
    for (const candidate of wanted) {
      const runs = this.#runsOf(candidate);
      if (runs === null) unread.push(candidate);
      else candidates.push(candidate);
      for (const run of runs ?? []) {
        counts.push(run.correct);
        wrong.push(run.wrong);
      }
      if (runs !== null) starts.push(counts.length);
    }
    return {
      ...{ rows: this.rows, candidates, unread, wrong },
      ...{ starts: Int32Array.from(starts), counts: Int32Array.from(counts) },
    };
  }

  #runsOf(candidate: number): ReadRuns {
    const known = this.#known.get(candidate);
    if (known !== undefined) return known;
    const runs = this.#readRuns(candidate);
    this.#known.set(candidate, runs);
    return runs;
  }

  #readRuns(candidate: number): ReadRuns {
    const { labels, read } = this.#holdout;
    const runs = [];
    for (const [replicate, value] of (this.#candidates[candidate]?.values ?? []).entries()) {
      const predictions = read(candidate, replicate);
      if (predictions?.length !== labels.length) return null;
      const wrong = this.#pack(predictions);
      const correct = labels.length - countBits(wrong);
      if (!(Math.abs(correct / labels.length - value) < 1e-6)) return null;
      runs.push({ correct, wrong });
    }
    return runs;
  }
}

/** @returns null where no predictions of rows tell candidates apart */
export function createRunReader(comparison: Comparison): RunReader | null {
  const { holdout, direction } = comparison;
  const usesRows = holdout !== null && holdout.labels.length > 0 && direction === "maximize";
  return usesRows ? new RunReader(comparison, holdout) : null;
}

/** Makes of predictions of these labels the bits of those that are wrong. Four rows are compared at once, for most are right. */
function createPacker(labels: Uint8Array): (predictions: Uint8Array) => Int32Array {
  const truth = new Int32Array(Math.ceil(labels.length / 4));
  const said = new Int32Array(truth.length);
  const saidBytes = new Uint8Array(said.buffer);
  new Uint8Array(truth.buffer).set(labels);
  return (predictions) => {
    saidBytes.set(predictions);
    const wrong = new Int32Array(Math.ceil(labels.length / 32));
    for (let four = 0; four < truth.length; four++) {
      if (said[four] === truth[four]) continue;
      for (let row = 4 * four; row < 4 * four + 4; row++)
        if (saidBytes[row] !== labels[row] && row < labels.length)
          wrong[row >> 5] = (wrong[row >> 5] ?? 0) | (1 << (row & 31));
    }
    return wrong;
  };
}

function countBits(words: Int32Array): number {
  let count = 0;
  for (const word of words) count += bitsOf(word);
  return count;
}

/** Set bits of a word, summed side by side in ever wider fields (Warren, "Hacker's delight", 2002, 5-1). */
export function bitsOf(word: number): number {
  let sums = word - ((word >>> 1) & 0x55555555);
  sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333);
  sums = (sums + (sums >>> 4)) & 0x0f0f0f0f;
  return Math.imul(sums, 0x01010101) >>> 24;
}

/** Bits in which two runs differ. */
export function countDiffering(one: Int32Array, other: Int32Array): number {
  let count = 0;
  for (let at = 0; at < one.length; at++) count += bitsOf((one[at] ?? 0) ^ (other[at] ?? 0));
  return count;
}

/** Adds 1 at each row that a run has wrong. */
export function addWrong(wrong: Int32Array, counts: Int32Array): void {
  for (let word = 0; word < wrong.length; word++) {
    for (let rest = wrong[word] ?? 0; rest !== 0; rest &= rest - 1) {
      const row = 32 * word + 31 - Math.clz32(rest & -rest);
      counts[row] = (counts[row] ?? 0) + 1;
    }
  }
}

/** Of the candidate at a place: rows right, mean over its runs. */
export function meanCorrect(
  { starts }: Pick<Correctness, "starts">,
  sums: Int32Array | Float64Array,
  place: number,
): number {
  const [start, end] = [starts[place] ?? 0, starts[place + 1] ?? 0];
  let sum = 0;
  for (let run = start; run < end; run++) sum += sums[run] ?? 0;
  return sum / (end - start);
}
