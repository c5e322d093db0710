import type { View } from "./view.ts";

/** What the best is held against. */
export const PROGRESS_SCALES = ["trials", "hours", "CPU-hours"] as const;
export type ProgressScale = (typeof PROGRESS_SCALES)[number];

/** A trial that was better than all before it. */
export interface Improvement {
  readonly trial: number;
  /** Trials that had ended, hours since the first start, or hours that processors were busy. */
  readonly at: number;
  readonly best: number;
}

export interface Progress {
  readonly improvements: readonly Improvement[];
  /** Where the last trial ended. */
  readonly end: number;
}

/** The best so far, as trials ended one after another. @param passes which trials are looked at */
export function followBest(
  view: View,
  scale: ProgressScale,
  passes: (trial: number) => boolean,
): Progress {
  const { trials, attempts } = view.page;
  const attemptOf = (trial: number): number => trials.attempt[trial] ?? -1;
  const ended = listByEnd(view).filter(passes);
  const improvements: Improvement[] = [];
  let end = 0;
  let hours = 0;
  for (const [place, trial] of ended.entries()) {
    const attempt = attemptOf(trial);
    hours += (busySeconds(attempts.cpuSeconds[attempt], attempts.seconds[attempt]) || 0) / 3600;
    end = { trials: place + 1, hours: endOf(view, trial) / 3600, "CPU-hours": hours }[scale];
    const value = view.meets(trial) ? view.objective.number(trial) : NaN;
    const best = improvements.at(-1)?.best;
    if (!Number.isNaN(value) && (best === undefined || view.isBetter(value, best)))
      improvements.push({ trial, at: end, best: value });
  }
  return { improvements, end };
}

const ordered = new WeakMap<View, readonly number[]>();

/** Trials that have a result, as they ended; the order is the same for every brush. */
function listByEnd(view: View): readonly number[] {
  const known = ordered.get(view);
  if (known !== undefined) return known;
  const { attempt } = view.page.trials;
  const ends = Float64Array.from(attempt, (_, trial) => endOf(view, trial));
  const list = Array.from(attempt.keys())
    .filter((trial) => (attempt[trial] ?? -1) >= 0)
    .sort((a, b) => (ends[a] ?? 0) - (ends[b] ?? 0) || a - b);
  ordered.set(view, list);
  return list;
}

/** Seconds from the first start. */
function endOf({ page }: View, trial: number): number {
  const at = page.trials.attempt[trial] ?? -1;
  return (page.attempts.start[at] ?? NaN) + (page.attempts.seconds[at] ?? NaN);
}

/** Where nobody counted, one processor for all of the time. */
function busySeconds(cpu = NaN, wall = NaN): number {
  return Number.isNaN(cpu) ? wall : cpu;
}
