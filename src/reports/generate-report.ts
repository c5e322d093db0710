import type { GenerateReport } from "../app/generate.ts";
import { formatCount, plural } from "../core/quantities.ts";

/**
 * What `generate` wrote.
 * @param folder the round's folder as the user is to see it
 */
export function formatGenerateReport(report: GenerateReport, folder: string): string {
  const { study, written, earlierTrials } = report;
  if (written === null) {
    return earlierTrials === 0
      ? `Nothing was written: no trial of ${study} could be trained.`
      : `Nothing new: every trial of ${study} stands in an earlier round (${plural(earlierTrials, "trial")}).`;
  }
  const { round, kind, trials, elements, arrays, canary } = written;
  const earlier = earlierTrials === 0 ? "" : `; earlier rounds hold ${formatCount(earlierTrials)}`;
  return [
    `Round ${round} of ${study} (${kind}) for ${report.site}: ${plural(trials, "trial")}${earlier}`,
    `${plural(elements, "element")} in ${plural(arrays, "array")}, in ${folder}`,
    ...(canary
      ? ["A canary runs the first trial alone; the arrays start when it is complete"]
      : []),
  ].join("\n");
}
