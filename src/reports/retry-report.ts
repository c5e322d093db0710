import { formatCount, formatDuration, formatMemory, plural } from "../core/quantities.ts";
import type { LeftOut, RetryReport, RetryRound } from "../app/retry.ts";
import { toCell } from "./cells.ts";

const MAX_NUMBERS = 10;
const MAX_REASON_LENGTH = 160;

/** What is tried again and why, with what, and what is left out. */
export function formatRetryReport(report: RetryReport): string {
  const { rounds, leftOut, excludedHosts, study } = report;
  const blocks = [
    ...(rounds.length === 0
      ? [
          `Nothing to try again: no trial of ${study} failed, was lost or cancelled, or is missing as it was asked for.`,
        ]
      : rounds.map(describeRound)),
    ...describeFitting(report),
    ...(excludedHosts.length === 0
      ? []
      : [
          `Hosts left out: ${excludedHosts
            .map(({ host, faults }) =>
              faults === null
                ? toCell(host)
                : `${toCell(host)} (${plural(faults, "fault")}, nothing complete)`,
            )
            .join(", ")}`,
        ]),
    ...(leftOut.length === 0
      ? []
      : [`Not tried again:\n${leftOut.map(describeLeftOut).join("\n")}`]),
  ];
  return blocks.join("\n\n");
}

function describeRound({
  written,
  trials,
  states,
  memoryMiB,
  walltimeSeconds,
}: RetryRound): string {
  const what = written === null ? "Would write a round" : `Round ${written.round} (retry)`;
  const why = Object.entries(states)
    .map(([state, count]) => `${formatCount(count)} ${toCell(state)}`)
    .join(", ");
  return [
    `${what}: ${plural(trials.length, "trial")} with ${formatMemory(memoryMiB)} and ${formatDuration(walltimeSeconds)} an element`,
    `  ${why}: ${listNumbers(trials)}`,
  ].join("\n");
}

function describeFitting({ fitting }: RetryReport): string[] {
  if (fitting === null) return [];
  const { memoryMiB, walltimeSeconds, trials } = fitting;
  const amounts = [
    ...(memoryMiB === undefined ? [] : [`${formatMemory(memoryMiB)} for those out of memory`]),
    ...(walltimeSeconds === undefined
      ? []
      : [`${formatDuration(walltimeSeconds)} for those out of time`]),
  ];
  return [`By ${plural(trials, "trial")} that ended, 99 % would fit in ${amounts.join(", ")}`];
}

function describeLeftOut({ reason, trials }: LeftOut): string {
  return `  ${plural(trials.length, "trial")}: ${toCell(reason, MAX_REASON_LENGTH)} (${listNumbers(trials)})`;
}

function listNumbers(numbers: readonly number[]): string {
  const shown = numbers.slice(0, MAX_NUMBERS).join(", ");
  return `trial${numbers.length === 1 ? "" : "s"} ${shown}${numbers.length > MAX_NUMBERS ? " ..." : ""}`;
}
