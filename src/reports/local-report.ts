import { formatDuration, formatCount, plural } from "../core/quantities.ts";
import type { LocalSummary } from "../app/local.ts";

/** What a local run did, in a few lines. */
export function formatLocalReport(report: LocalSummary): string {
  const { done, failed, left, skipped, submitted, unusable } = report;
  const { workers, seconds, trialSeconds } = report;
  const theirs =
    submitted === 0
      ? []
      : [
          `left to the scheduler, which has been asked for them: ${plural(submitted, "trial")} (--submitted runs them here)`,
        ];
  if (done === 0 && left === 0) {
    const own =
      skipped === 0
        ? "nothing to run: there is no trial (bsweep plan STUDY tells why)"
        : `nothing to run: every trial has its result (${plural(skipped, "trial")})`;
    return [submitted + unusable.length === 0 ? own : "nothing to run here", ...theirs].join("\n");
  }
  const ended = `${plural(done, "trial")} in ${formatDuration(seconds)}, ${workers} at a time`;
  const saved = `${formatDuration(trialSeconds)} one after another`;
  return [
    `${ended} (${saved}); ${formatCount(failed)} failed`,
    ...(left > 0
      ? [`${plural(left, "trial")} without a result yet: the same command goes on there`]
      : []),
    ...theirs,
  ].join("\n");
}
