import type { LedgerLine } from "../../stats/report-page.ts";
import type { PageAttempt } from "../../storage/page-rows.ts";
import { formatDuration, plural, spaceThousands } from "../../core/quantities.ts";

/** What was used, simply added up. */
export function sumLedger(attempts: readonly PageAttempt[]): readonly LedgerLine[] {
  if (attempts.length === 0) return [];
  const timeOf = (own: readonly PageAttempt[]) =>
    own.reduce((sum, { seconds }) => sum + seconds, 0);
  const starts = attempts.map(({ startedAt }) => Date.parse(startedAt) / 1000);
  const [first, last] = attempts.reduce(
    ([low, high], { seconds }, place) => {
      const start = starts[place] ?? NaN;
      return [Math.min(low, start), Math.max(high, start + seconds)];
    },
    [Infinity, -Infinity],
  );
  const elapsed = last - first;
  const failed = attempts.filter(({ state }) => state === "failed");
  const again = attempts.filter(({ counts, state }) => !counts && state !== "failed");
  const cpu = attempts.reduce((sum, { cpuSeconds }) => sum + (cpuSeconds ?? 0), 0);
  const used = timeOf(attempts);
  return [
    line(
      "Time of all attempts",
      formatDuration(used),
      `${plural(attempts.length, "attempt")}, each from its start to its end, added up: what one after another would have taken`,
    ),
    line(
      "From first start to last end",
      formatDuration(elapsed),
      "By the clocks of the machines, waiting in queues and between rounds included",
    ),
    line(
      "Faster than one at a time",
      elapsed > 0 ? `${(used / elapsed).toFixed(1)} times` : "not known",
      "The first line by the second",
    ),
    line(
      "Processor time",
      formatDuration(cpu),
      "Seconds that processors were busy, as the operating system counted them",
    ),
    line(
      "Spent on failed attempts",
      formatDuration(timeOf(failed)),
      plural(failed.length, "attempt"),
    ),
    line(
      "Spent on what was done twice",
      formatDuration(timeOf(again)),
      `${plural(again.length, "attempt")} whose result does not count, for another one of the same trial does`,
    ),
  ];
}

function line(label: string, value: string, explanation: string): LedgerLine {
  return { label, value, explanation: spaceThousands(explanation) };
}
