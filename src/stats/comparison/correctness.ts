import type { Comparison, HoldoutPredictions } from "./comparison.ts";

/**
 * Which rows of the hold-out the runs of some candidates have right, a bit each. Only rows on which they differ are kept
 * apart; of the others, how many a resample holds is all that is asked.
 */
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
  /** Hold-out rows on which the runs differ, ascending: the row of bit 0, bit 1, ... */
  readonly differing: Int32Array;
  /** Rows that all have right. */
  readonly shared: Int32Array;
  /** 32 differing rows after the other, the first the lowest bit; of each 32, run after run. */
  readonly words: Int32Array;
}

/** Runs as they are read: run after run, all rows. */
interface ReadRuns {
  readonly stride: number;
  readonly words: Int32Array;
  readonly counts: Int32Array;
}

/** Reads the predictions of some candidates. What does not belong to the hold-out or to the value told is none. */
export function readCorrectness(
  { candidates }: Pick<Comparison, "candidates">,
  { labels, read }: HoldoutPredictions,
  wanted: readonly number[],
): Correctness {
  const replicatesOf = (candidate: number) => candidates[candidate]?.values ?? [];
  const most = wanted.reduce((sum, candidate) => sum + replicatesOf(candidate).length, 0);
  const stride = Math.ceil(labels.length / 32);
  const words = new Int32Array(most * stride);
  const counts = new Int32Array(most);
  const found: number[] = [];
  const starts = [0];
  let run = 0;
  for (const candidate of wanted) {
    const start = run;
    const isRead = replicatesOf(candidate).every((value, replicate) => {
      const into = words.subarray(run * stride, (run + 1) * stride);
      const correct = packCorrect(read(candidate, replicate), labels, into);
      counts[run++] = correct;
      return Math.abs(correct / labels.length - value) < 1e-6;
    });
    if (isRead) found.push(candidate);
    if (isRead) starts.push(run);
    else run = start;
  }
  const runs = { stride, words, counts: counts.slice(0, run) };
  const known = new Set(found);
  return {
    rows: labels.length,
    candidates: found,
    unread: wanted.filter((candidate) => !known.has(candidate)),
    starts: Int32Array.from(starts),
    counts: runs.counts,
    ...keepDiffering(runs, labels.length),
  };
}

/** @returns rows that are right; NaN where there are no predictions for each of the rows */
function packCorrect(predictions: Uint8Array | null, labels: Uint8Array, into: Int32Array): number {
  if (predictions?.length !== labels.length) return NaN;
  let correct = 0;
  for (let word = 0, row = 0; word < into.length; word++) {
    let packed = 0;
    const end = Math.min(row + 32, labels.length);
    for (; row < end; row++) {
      const isCorrect = Number(predictions[row] === labels[row]);
      packed |= isCorrect << (row & 31);
      correct += isCorrect;
    }
    into[word] = packed;
  }
  return correct;
}

function keepDiffering(
  runs: ReadRuns,
  rows: number,
): Pick<Correctness, "differing" | "shared" | "words"> {
  const { stride, words, counts } = runs;
  const all = new Int32Array(stride).fill(-1);
  const any = new Int32Array(stride);
  for (let run = 0; run < counts.length; run++) {
    for (let word = 0; word < stride; word++) {
      const packed = words[run * stride + word] ?? 0;
      all[word] = (all[word] ?? 0) & packed;
      any[word] = (any[word] ?? 0) | packed;
    }
  }
  const places = Array.from({ length: counts.length === 0 ? 0 : rows }, (_, row) => row);
  const shared = places.filter((row) => hasBit(all, row));
  const differing = places.filter((row) => hasBit(any, row) && !hasBit(all, row));
  return {
    shared: Int32Array.from(shared),
    differing: Int32Array.from(differing),
    words: pickRows(runs, differing),
  };
}

function hasBit(words: Int32Array, place: number): boolean {
  return (((words[place >> 5] ?? 0) >>> (place & 31)) & 1) === 1;
}

/** Of each 32 rows, run after run. */
function pickRows({ stride, words, counts }: ReadRuns, rows: readonly number[]): Int32Array {
  const picked = new Int32Array(Math.ceil(rows.length / 32) * counts.length);
  for (let first = 0, at = 0; first < rows.length; first += 32) {
    const some = Int32Array.from(rows.slice(first, first + 32));
    for (let run = 0, start = 0; run < counts.length; run++, start += stride) {
      let packed = 0;
      for (let bit = 0; bit < some.length; bit++) {
        const row = some[bit] ?? 0;
        packed |= (((words[start + (row >> 5)] ?? 0) >>> (row & 31)) & 1) << bit;
      }
      picked[at++] = packed;
    }
  }
  return picked;
}

/** Whether a run has a differing row right. */
export function isRight({ words, counts }: Correctness, run: number, place: number): boolean {
  return (((words[(place >> 5) * counts.length + run] ?? 0) >>> (place & 31)) & 1) === 1;
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
