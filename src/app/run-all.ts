import { availableParallelism } from "node:os";
import pLimit from "p-limit";

/** So many at a time as the cores of this machine allow, each with `cpus` of them; at least 1. */
export function workersFor(cpus: number): number {
  return Math.max(1, Math.floor(availableParallelism() / cpus));
}

/**
 * Does the work for each item, `workers` at a time. Once the signal aborts, or one fails, no further one starts.
 * @param work its signal aborts with `signal`, or when another one fails
 * @returns in the order of the items; undefined for those that were not started
 * @throws the first failure in that order, when all that was started has ended
 */
export async function runAll<T, R>(
  items: readonly T[],
  workers: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<readonly (R | undefined)[]> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  // Within the limit, so that no further one starts before the stop is known.
  const ended = await pLimit(workers).map(items, async (item) => {
    if (either.aborted) return { value: undefined };
    try {
      return { value: await work(item, either) };
    } catch (error) {
      stop.abort();
      return { error };
    }
  });
  return ended.map((end) => {
    if ("error" in end) throw end.error;
    return end.value;
  });
}
