import { groupBy } from "../../core/objects.ts";
import { countIn, splitRanges } from "../../core/ranges.ts";
import type { Seen, TrialObservation } from "../../core/search.ts";

/** Trials that were known when a choice was made, by what was known of them. */
export type SeenCounts = Readonly<Record<TrialObservation["state"] | "running", number>>;

/** What an attempt's end adds to what is known, trial by trial. */
interface Change {
  readonly number: number;
  readonly complete: number;
  readonly pruned: number;
  readonly failed: number;
}

type Counted = Omit<Change, "number">;

/**
 * Counts what choices had seen. Of a trial's attempts counts the one that samplers go by: the first complete one, else the
 * last. A choice that has seen ten thousand trials tells them as a few ranges: sums up to each number answer it.
 */
export class SeenCounter {
  /** By attempt: changes by number, each with the sum of those up to it. */
  readonly #sums: ReadonlyMap<number, readonly Change[]>;

  /** @param ended by number and attempt */
  constructor(ended: readonly TrialObservation[]) {
    const changes = new Map<number, Change[]>();
    for (const [number, own] of groupBy(ended, (each) => each.number))
      for (const { attempt, ...change } of listChanges(own)) {
        const list = changes.get(attempt) ?? [];
        changes.set(attempt, list);
        list.push({ number, ...add(change, list.at(-1) ?? NOTHING) });
      }
    this.#sums = changes;
  }

  count({ ended, running }: Seen): SeenCounts {
    let counts = NOTHING;
    for (const [attempt, ranges] of Object.entries(ended)) {
      const sums = this.#sums.get(Number(attempt)) ?? [];
      for (const [first, last] of splitRanges(ranges))
        counts = add(add(counts, upTo(sums, last)), upTo(sums, first - 1), -1);
    }
    return { ...counts, running: countIn(running) };
  }
}

/** @param own attempts of one trial, in order */
function listChanges(
  own: readonly TrialObservation[],
): readonly (Counted & { readonly attempt: number })[] {
  let counted: TrialObservation["state"] | undefined;
  return own.map(({ attempt, state }) => {
    const change = { attempt, complete: 0, pruned: 0, failed: 0 };
    if (counted === "complete") return change;
    if (counted !== undefined) change[counted] -= 1;
    change[state] += 1;
    counted = state;
    return change;
  });
}

const NOTHING: Counted = { complete: 0, pruned: 0, failed: 0 };

const add = (one: Counted, other: Counted, times = 1): Counted => ({
  complete: one.complete + times * other.complete,
  pruned: one.pruned + times * other.pruned,
  failed: one.failed + times * other.failed,
});

/** The sum of changes of trials up to this number. */
function upTo(sums: readonly Change[], number: number): Counted {
  let [low, high] = [0, sums.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle]?.number ?? Infinity) <= number) low = middle + 1;
    else high = middle;
  }
  return sums[low - 1] ?? NOTHING;
}
