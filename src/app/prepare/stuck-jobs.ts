import type { Effects } from "../../core/effects.ts";
import type { Preparation } from "../../formats/dataset-piece.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { CANARY } from "../../workspace/layout.ts";
import { querySchedulers } from "../cluster/query.ts";
import { jobNameOf } from "./job-scripts.ts";
import type { PreparationReport } from "./jobs-folder.ts";

/** Warns where the scheduler says that pieces can never start. What it does not tell is no reason to worry. */
export async function warnOfStuckJobs(
  { state, jobs }: PreparationReport,
  { scheduler, nonce }: Preparation,
  name: string,
  effects: Effects,
): Promise<void> {
  if (state !== "submitted" || jobs.pieces === null) return;
  const asked = { job: jobs.pieces, jobName: jobNameOf({ array: CANARY }, { name, nonce }) };
  const { statuses } = await querySchedulers(
    [{ ...asked, scheduler, pool: false, submitter: null }],
    effects,
  );
  const dialect = schedulerOf({ scheduler }).status;
  const stuck = [...(statuses.get(jobs.pieces)?.values() ?? [])].find(
    (element) => element.state === "pending" && dialect?.neverStarts(element.reason) === true,
  );
  if (stuck === undefined) return;
  effects.reporter.warn(
    `job ${jobs.pieces} can never start: ${stuck.reason}; end it, and write the jobs anew with another --queue, --walltime or --memory, and --overwrite`,
  );
}
