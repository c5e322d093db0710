import type { AttemptRecord } from "../../src/stats/ledger/attempt.ts";

/** Everything starts here. */
export const NOON = Date.parse("2026-03-01T12:00:00.000Z");

/** So many seconds after noon, in milliseconds since 1970. */
export const at = (seconds: number): number => NOON + seconds * 1000;

/** ISO 8601 UTC, so many seconds after noon. */
export const afterNoon = (seconds: number): string => new Date(NOON + seconds * 1000).toISOString();

/** A complete attempt of a trial of its own, in an element of its own: 100 s from noon on, on two cores. */
export function makeAttempt(number: number, other: Partial<AttemptRecord> = {}): AttemptRecord {
  const attempt = other.attempt ?? 1;
  return {
    trialId: number.toString(16).padStart(16, "0"),
    ...{ number, attempt },
    group: number,
    file: `round-001/array-01/${number}.${attempt}.json`,
    element: `1 1/1/${number}`,
    epochs: 10,
    state: "complete",
    failure: null,
    counts: true,
    objective: 0.5,
    lastStep: null,
    start: NOON,
    seconds: 100,
    cpuSeconds: 150,
    peakMemoryMiB: 500,
    request: { cpus: 2, memoryMiB: 4096, walltimeSeconds: 1800, gpus: 0 },
    submitted: at(-60),
    ...other,
  };
}
