import type { LedgerLine } from "../../stats/report-page.ts";
import type { PageAttempt } from "../../storage/page-rows.ts";
import { formatCount, plural } from "../../core/quantities.ts";

/** What was used, simply added up. */
export function sumLedger(attempts: readonly PageAttempt[]): readonly LedgerLine[] {
  if (attempts.length === 0) return [];
  const hours = (own: readonly PageAttempt[]) =>
    own.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
  const starts = attempts.map(({ startedAt }) => Date.parse(startedAt) / 1000);
  const [first, last] = attempts.reduce(
    ([low, high], { seconds }, place) => {
      const start = starts[place] ?? NaN;
      return [Math.min(low, start), Math.max(high, start + seconds)];
    },
    [Infinity, -Infinity],
  );
  const elapsed = (last - first) / 3600;
  const failed = attempts.filter(({ state }) => state === "failed");
  const again = attempts.filter(({ counts, state }) => !counts && state !== "failed");
  const cpu = attempts.reduce((sum, { cpuSeconds }) => sum + (cpuSeconds ?? 0), 0) / 3600;
  const used = hours(attempts);
  return [
    line(
      "Time of all attempts",
      formatHours(used),
      `${plural(attempts.length, "attempt")}, each from its start to its end, added up: what one after another would have taken`,
    ),
    line(
      "From first start to last end",
      formatHours(elapsed),
      "By the clocks of the machines, waiting in queues and between rounds included",
    ),
    line(
      "Faster than one at a time",
      elapsed > 0 ? `${(used / elapsed).toFixed(1)} times` : "not known",
      "The first line by the second",
    ),
    line(
      "Processor time",
      formatHours(cpu),
      "Seconds that processors were busy, as the operating system counted them",
    ),
    line("Spent on failed attempts", formatHours(hours(failed)), plural(failed.length, "attempt")),
    line(
      "Spent on what was done twice",
      formatHours(hours(again)),
      `${plural(again.length, "attempt")} whose result does not count, for another one of the same trial does`,
    ),
  ];
}

function line(label: string, value: string, explanation: string): LedgerLine {
  return { label, value, explanation };
}

function formatHours(hours: number): string {
  return hours < 100
    ? `${hours.toFixed(2)} h`
    : `${formatCount(Math.round(hours)).replaceAll(",", "\u2009")} h`;
}
