import type { AttemptColumns } from "../../stats/report-page.ts";
import type { PageAttempt } from "../../storage/page-rows.ts";
import { parseRoundName } from "../../workspace/layout.ts";
import { showName } from "./text-table.ts";
import { codeOfState } from "./trials.ts";

/** @param places of trials in the page, by id */
export function tabulateAttempts(
  attempts: readonly PageAttempt[],
  places: ReadonlyMap<string, number>,
): AttemptColumns {
  const hosts = codeNames(attempts.map(({ host }) => host));
  const jobs = codeNames(attempts.map(({ job }) => job));
  const starts = attempts.map(({ startedAt }) => Date.parse(startedAt));
  const first = starts.reduce((earliest, start) => Math.min(earliest, start), Infinity);
  const numbers = (read: (attempt: PageAttempt) => number | null) =>
    Float64Array.from(attempts, (attempt) => read(attempt) ?? NaN);
  return {
    trial: Int32Array.from(attempts, ({ trialId }) => places.get(trialId) ?? -1),
    attempt: Uint16Array.from(attempts, ({ attempt }) => attempt),
    round: Uint16Array.from(attempts, ({ file }) => parseRoundName(file.split("/")[0] ?? "") ?? 0),
    start: Float64Array.from(starts, (start) => (start - first) / 1000),
    seconds: numbers(({ seconds }) => seconds),
    cpuSeconds: numbers(({ cpuSeconds }) => cpuSeconds),
    peakMemoryMiB: numbers(({ peakMemoryMiB }) => peakMemoryMiB),
    ...{ host: hosts.codes, job: jobs.codes },
    state: Uint8Array.from(attempts, ({ state }) => codeOfState(state)),
    counts: Uint8Array.from(attempts, ({ counts }) => Number(counts)),
    ...{ hosts: hosts.names, jobs: jobs.names },
    firstStart: Number.isFinite(first) ? new Date(first).toISOString() : null,
  };
}

/** Each name once, in code-unit order, and the place of each row's. */
function codeNames(rows: readonly string[]): { names: readonly string[]; codes: Int32Array } {
  const names = [...new Set(rows)].sort();
  const codes = new Map(names.map((name, code) => [name, code]));
  return {
    names: names.map(showName),
    codes: Int32Array.from(rows, (name) => codes.get(name) ?? 0),
  };
}
