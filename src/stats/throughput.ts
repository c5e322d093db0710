import type { TrialResult } from "../core/trial.ts";

/** Trials that ended lately. */
export interface Throughput {
  readonly trialsPerHour: number;
  /** What `lately` is. */
  readonly windowSeconds: number;
}

/** What `lately` may be, the shortest first: long enough to see some trials end. */
const WINDOWS_SECONDS = [3600, 6 * 3600, 24 * 3600];
/** Fewer ends say little about the next one. */
const ENOUGH_ENDS = 5;

/**
 * Trials an hour over the last hour, or longer where few ended; null when none did within a day. A study that is
 * younger than that is measured since its first trial began.
 */
export function measureThroughput(
  ended: readonly TrialResult["timing"][],
  now: Date,
): Throughput | null {
  const starts = ended.map(({ startedAt }) => Date.parse(startedAt));
  const ends = starts.map((start, place) => start + (ended[place]?.seconds ?? 0) * 1000);
  const first = starts.reduce((earliest, start) => Math.min(earliest, start), Infinity);
  const age = (now.getTime() - first) / 1000;
  for (const window of WINDOWS_SECONDS) {
    const since = now.getTime() - window * 1000;
    const count = ends.filter((end) => end > since).length;
    const isLongest = window >= age || window === WINDOWS_SECONDS.at(-1);
    if (count < ENOUGH_ENDS && !isLongest) continue;
    if (count === 0) return null;
    const windowSeconds = Math.max(1, Math.min(window, age));
    return { trialsPerHour: (count / windowSeconds) * 3600, windowSeconds };
  }
  return null;
}
