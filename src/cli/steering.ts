import { BsweepError } from "../core/errors.ts";
import type { SteeringReport } from "../app/steer/steps.ts";
import { formatSteeringCommands, formatSteeringReport } from "../reports/steering-report.ts";
import { formatCommand } from "../core/shell.ts";
import { print, printJson } from "./output.ts";

/** How the outcome of a command that steers is told. */
interface SteeringOutput {
  readonly print: boolean;
  readonly json: boolean;
}

/**
 * @throws BsweepError SCHEDULER_REFUSED, after all was told, when the scheduler refused something; CONFLICT when a
 *   job may exist that nobody knows the id of
 */
export function tellSteering(report: SteeringReport, output: SteeringOutput): void {
  if (output.json) printJson(report);
  else if (output.print) print(formatSteeringCommands(report, formatCommand));
  else print(formatSteeringReport(report));
  const refused = report.jobs.filter(({ outcome }) => outcome === "refused");
  if (refused.length > 0) {
    throw new BsweepError(
      "SCHEDULER_REFUSED",
      `the scheduler refused to ${report.action} ${refused.map(({ name }) => name).join("; ")}`,
      { hint: "its own words stand above; the others are done" },
    );
  }
  const inDoubt = report.jobs.filter(({ outcome }) => outcome === "in doubt");
  if (inDoubt.length === 0 || output.print) return;
  throw new BsweepError(
    "CONFLICT",
    `there may be a job for ${inDoubt.map(({ name }) => name).join("; ")}, whose id nobody wrote down`,
    { hint: "run the round's submit.sh: it looks for the job; then run this again" },
  );
}
