import { formatCount, formatDuration } from "../../core/quantities.ts";
import type { AttemptRecord, LostElement } from "./attempt.ts";

/** Hours of some attempts; of those about which it is known. */
export interface Amount {
  /** Null where it is known of none of them. */
  readonly hours: number | null;
  /** Attempts that are not in it. */
  readonly unknown: number;
}

/** `3.2 h`, `12m 05s`, `at least 3.2 h`, `unknown`. */
export function formatAmount({ hours, unknown }: Amount): string {
  if (hours === null) return "unknown";
  const text = hours < 1 ? formatDuration(hours * 3600) : `${formatLarge(hours)} h`;
  return unknown > 0 ? `at least ${text}` : text;
}

function formatLarge(hours: number): string {
  if (hours >= 1e9) return hours.toPrecision(3);
  return hours >= 1000 ? formatCount(Math.round(hours)) : hours.toFixed(1);
}

/** What some attempts cost. */
export interface Cost {
  readonly attempts: number;
  /** From start to end, however many cores. */
  readonly wall: Amount;
  /** Cores asked for, times wall time: what is kept from others. */
  readonly cpu: Amount;
  /** Processor time as measured on the node. */
  readonly measuredCpu: Amount;
  /** GPUs asked for, times wall time. */
  readonly gpu: Amount;
}

/** Anything that took time. */
type Spent = Pick<AttemptRecord, "request"> & {
  readonly seconds: number | null;
  readonly cpuSeconds: number | null;
  /** Attempts it stands for. */
  readonly attempts?: number;
};

export function costOf(spent: readonly Spent[]): Cost {
  return {
    attempts: spent.reduce((sum, each) => sum + countOf(each), 0),
    wall: add(spent, ({ seconds }) => seconds),
    cpu: add(spent, ({ seconds, request }) => times(seconds, request?.cpus ?? null)),
    measuredCpu: add(spent, ({ cpuSeconds }) => cpuSeconds),
    gpu: add(spent, ({ seconds, request }) => times(seconds, request?.gpus ?? null)),
  };
}

/** The same of elements whose trials left nothing. */
export function costOfLost(lost: readonly LostElement[]): Cost {
  return costOf(lost.map((each) => ({ ...each, cpuSeconds: null })));
}

const countOf = ({ attempts = 1 }: Spent): number => attempts;

function times(seconds: number | null, many: number | null): number | null {
  return seconds === null || many === null ? null : seconds * many;
}

/** In the order given: a sum of fractions depends on it. */
function add(spent: readonly Spent[], secondsOf: (each: Spent) => number | null): Amount {
  let seconds = 0;
  let unknown = 0;
  let known = 0;
  for (const each of spent) {
    const own = secondsOf(each);
    if (own === null) unknown += countOf(each);
    else {
      seconds += own;
      known += 1;
    }
  }
  return { hours: known === 0 && unknown > 0 ? null : seconds / 3600, unknown };
}
