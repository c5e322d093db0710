import { formatDuration, formatCount, plural } from "../core/quantities.ts";
import type { LocalSummary } from "../app/local.ts";

/** What a local run did, in a few lines. */
export function formatLocalReport(report: LocalSummary): string {
  const { done, failed, left, skipped, workers, seconds, trialSeconds } = report;
  if (done === 0 && left === 0)
    return `nothing to run: every trial has its result (${plural(skipped, "trial")})`;
  const ended = `${plural(done, "trial")} in ${formatDuration(seconds)}, ${workers} at a time`;
  const saved = `${formatDuration(trialSeconds)} one after another`;
  return [
    `${ended} (${saved}); ${formatCount(failed)} failed`,
    ...(left > 0
      ? [`${plural(left, "trial")} without a result yet: the same command goes on there`]
      : []),
  ].join("\n");
}
