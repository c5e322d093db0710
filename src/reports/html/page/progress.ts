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
  const endOf = (trial: number): number => {
    const attempt = attemptOf(trial);
    return (attempts.start[attempt] ?? NaN) + (attempts.seconds[attempt] ?? NaN);
  };
  const ended = Array.from(trials.number.keys())
    .filter((trial) => attemptOf(trial) >= 0 && passes(trial))
    .sort((a, b) => endOf(a) - endOf(b) || a - b);
  const improvements: Improvement[] = [];
  let end = 0;
  let hours = 0;
  for (const [place, trial] of ended.entries()) {
    const attempt = attemptOf(trial);
    hours += (busySeconds(attempts.cpuSeconds[attempt], attempts.seconds[attempt]) || 0) / 3600;
    end = { trials: place + 1, hours: endOf(trial) / 3600, "CPU-hours": hours }[scale];
    const value = (trials.rank[trial] ?? 0) > 0 ? view.objective.number(trial) : NaN;
    const best = improvements.at(-1)?.best;
    if (!Number.isNaN(value) && (best === undefined || view.isBetter(value, best)))
      improvements.push({ trial, at: end, best: value });
  }
  return { improvements, end };
}

/** Where nobody counted, one processor for all of the time. */
function busySeconds(cpu = NaN, wall = NaN): number {
  return Number.isNaN(cpu) ? wall : cpu;
}
