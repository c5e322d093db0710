import { formatDuration } from "../core/quantities.ts";
import type { LocalSummary } from "../app/local.ts";

/** What a local run did, in a few lines. */
export function formatLocalReport(report: LocalSummary): string {
  const { done, failed, left, skipped, workers, seconds, trialSeconds } = report;
  if (done === 0 && left === 0) return `nothing to run: all ${skipped} trials have a result`;
  const ended = `${done} trials in ${formatDuration(seconds)}, ${workers} at a time`;
  const saved = `${formatDuration(trialSeconds)} one after another`;
  return [
    `${ended} (${saved}); ${failed} failed`,
    ...(left > 0
      ? [`${left} trials still have no result: the same command goes on with them`]
      : []),
  ].join("\n");
}
