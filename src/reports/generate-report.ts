import type { GenerateReport } from "../app/generate/round-spec.ts";

/**
 * What `generate` wrote.
 * @param folder the round's folder as the user is to see it
 */
export function formatGenerateReport(report: GenerateReport, folder: string): string {
  const { study, written, earlierTrials } = report;
  if (written === null) {
    return earlierTrials === 0
      ? `Nothing was written: no trial of ${study} could be trained.`
      : `Nothing new: all trials of ${study} stand in earlier rounds (${earlierTrials}).`;
  }
  const { round, kind, trials, elements, arrays, canary } = written;
  const earlier = earlierTrials === 0 ? "" : `; earlier rounds hold ${earlierTrials}`;
  return [
    `Round ${round} of ${study} (${kind}) for ${report.site}: ${count(trials, "trial")}${earlier}`,
    `${count(elements, "element")} in ${count(arrays, "array")}, in ${folder}`,
    ...(canary
      ? ["A canary runs the first trial alone; the arrays start when it is complete"]
      : []),
  ].join("\n");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
