import { BsweepError, type ErrorCode } from "../core/errors.ts";
import type { SteeredJob, SteeringReport } from "../app/steer/steps.ts";
import { formatSteeringCommands, formatSteeringReport } from "../reports/steering-report.ts";
import { formatCommand } from "../core/shell.ts";
import { print, printJson } from "./output.ts";

/** How the outcome of a command that steers is told. */
interface SteeringOutput {
  readonly print: boolean;
  readonly json: boolean;
}

/**
 * @throws BsweepError SCHEDULER_REFUSED, after all was told, when the scheduler refused something; SCHEDULER_DOWN when
 *   it did not answer; INVALID_MANIFEST when a round cannot be read; CONFLICT when a job may exist that nobody knows the
 *   id of, or that nobody shows
 */
export function tellSteering(report: SteeringReport, output: SteeringOutput): void {
  if (output.json) printJson(report);
  else if (output.print) print(formatSteeringCommands(report, formatCommand));
  else print(formatSteeringReport(report));
  for (const { outcome, code, what, hint } of COMPLAINTS) {
    const jobs = report.jobs.filter((job) => job.outcome === outcome);
    // What is only printed was not asked for.
    if (jobs.length === 0 || (output.print && code === "CONFLICT")) continue;
    const names = jobs.map(({ name }) => name).join("; ");
    throw new BsweepError(code, what(report.action, names), { hint });
  }
}

interface Complaint {
  readonly outcome: SteeredJob["outcome"];
  readonly code: ErrorCode;
  readonly what: (action: string, names: string) => string;
  readonly hint: string;
}

/** What is told in the end, the worst first. */
const COMPLAINTS: readonly Complaint[] = [
  {
    outcome: "refused",
    code: "SCHEDULER_REFUSED",
    what: (action, names) => `the scheduler refused to ${action} ${names}`,
    hint: "its own words stand above; the others are done",
  },
  {
    outcome: "unanswered",
    code: "SCHEDULER_DOWN",
    what: (action, names) =>
      `the scheduler did not answer, so nobody knows whether it did ${action} ${names}`,
    hint: "that is the cluster's trouble: run this again later; twice does no harm",
  },
  {
    outcome: "unreadable",
    code: "INVALID_MANIFEST",
    what: (action, names) => `nobody knows what there is to ${action} of ${names}`,
    hint: "why its files cannot be used stands above; mend them, then run this again: the others are done",
  },
  {
    outcome: "in doubt",
    code: "CONFLICT",
    what: (_, names) => `there may be a job for ${names}, whose id nobody wrote down`,
    hint: "run the round's submit.sh: it looks for the job; then run this again",
  },
  {
    outcome: "hidden",
    code: "CONFLICT",
    what: (_, names) => `nothing is known of ${names}, which somebody else submitted`,
    hint: "who submitted a job can steer it, and sees it here",
  },
];
