import type { LedgerLine } from "../../stats/report-page.ts";
import type { PageAttempt } from "../../storage/page-rows.ts";
import { formatDuration, plural, spaceThousands } from "../../core/quantities.ts";

/** What was used, simply added up. */
export function sumLedger(attempts: readonly PageAttempt[]): readonly LedgerLine[] {
  if (attempts.length === 0) return [];
  const used = addUp(attempts, ({ seconds }) => seconds);
  return [
    line(
      "Time of all attempts",
      formatDuration(used),
      `${plural(attempts.length, "attempt")}, each from its start to its end, added up: what one after another would have taken`,
    ),
    ...compareElapsed(attempts, used),
    line(
      "Processor time",
      formatDuration(addUp(attempts, ({ cpuSeconds }) => cpuSeconds ?? 0)),
      "Seconds that processors were busy, as the operating system counted them",
    ),
    ...listWaste(attempts),
  ];
}

function addUp(attempts: readonly PageAttempt[], read: (attempt: PageAttempt) => number): number {
  return attempts.reduce((sum, attempt) => sum + read(attempt), 0);
}

function compareElapsed(attempts: readonly PageAttempt[], used: number): readonly LedgerLine[] {
  let [first, last] = [Infinity, -Infinity];
  for (const { startedAt, seconds } of attempts) {
    const start = Date.parse(startedAt) / 1000;
    first = Math.min(first, start);
    last = Math.max(last, start + seconds);
  }
  const elapsed = last - first;
  return [
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
  ];
}

function listWaste(attempts: readonly PageAttempt[]): readonly LedgerLine[] {
  const failed = attempts.filter(({ state }) => state === "failed");
  const again = attempts.filter(({ counts, state }) => !counts && state !== "failed");
  const timeOf = (own: readonly PageAttempt[]): string =>
    formatDuration(addUp(own, ({ seconds }) => seconds));
  return [
    line("Spent on failed attempts", timeOf(failed), plural(failed.length, "attempt")),
    line(
      "Spent on what was done twice",
      timeOf(again),
      `${plural(again.length, "attempt")} whose result does not count, for another one of the same trial does`,
    ),
  ];
}

function line(label: string, value: string, explanation: string): LedgerLine {
  return { label, value, explanation: spaceThousands(explanation) };
}
