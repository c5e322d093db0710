import type { SubmitReport } from "../app/submit.ts";
import { plural } from "../core/quantities.ts";

/** What `submit` did, beside what each submit.sh says itself; "" when that is all there is. */
export function formatSubmitReport(report: SubmitReport): string {
  const { study, rounds, generated, planned, awaitsCanary } = report;
  if (planned !== null) {
    return `${study}: would generate ${plural(planned.elements, "element")} in ${plural(planned.arrays, "array")} first, and then submit ${planned.elements === 1 ? "it" : "them"}`;
  }
  if (rounds.length === 0) return `${study}: nothing to submit: everything is`;
  if (awaitsCanary) {
    return "This was the first trial alone, whose time decides how the others are packed. When it has ended: the same command again.";
  }
  if (generated !== null) {
    return `Round ${generated.round} was new: ${plural(generated.trials, "trial")}.`;
  }
  return "";
}
