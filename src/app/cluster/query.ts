import type { Effects } from "../../core/effects.ts";
import type { ElementLookup, ElementStatus } from "../../core/element-status.ts";
import { BsweepError } from "../../core/errors.ts";
import type { SchedulerName } from "../../core/site.ts";
import { runProcess } from "../../process/exec.ts";
import { SCHEDULERS, type Scheduler } from "../../schedulers/index.ts";
import { findSilence, schedulerDown } from "../../schedulers/silence.ts";
import type { StatusAnswer, StatusDialect, StatusQuery } from "../../schedulers/status.ts";
import type { SubmittedArray } from "./submitted.ts";

/** A scheduler's commands wait for ever where the cluster is busy. */
const TIMEOUT_SECONDS = 60;

/** The part of an array that is needed to ask for it. */
type AskedArray = Pick<SubmittedArray, "scheduler" | "job" | "jobName" | "pool" | "submitter">;

/** What the schedulers told, and why some did not. */
export interface SchedulerAnswer {
  /** By job id, then by index; index 0 for a job that is no array. */
  readonly statuses: ReadonlyMap<string, ReadonlyMap<number, ElementStatus>>;
  /** Jobs that their scheduler says it does not know (any more), or that belong to somebody else by now. */
  readonly forgotten: ReadonlySet<string>;
  /** Jobs that somebody else submitted, and that their scheduler does not show: it may not show any job of others. */
  readonly hidden: ReadonlySet<string>;
  /** One for each scheduler that could not be asked: nothing is known of its jobs. */
  readonly failures: readonly {
    readonly scheduler: SchedulerName;
    readonly error: BsweepError;
  }[];
}

/**
 * What is known of an element of an array that has a job. Where all that waits of an array is ended at once, it may be
 * told as one record without an index: that is of whatever is not told by itself.
 */
export function lookUp(
  { statuses, forgotten, hidden }: SchedulerAnswer,
  { job, pool }: AskedArray,
  index: number,
): ElementLookup {
  if (job === null) return "unknown";
  const told = statuses.get(job);
  if (told === undefined && hidden.has(job)) return "hidden";
  if (told === undefined) return forgotten.has(job) ? "forgotten" : "unknown";
  return (pool ? undefined : told.get(index)) ?? told.get(0) ?? "forgotten";
}

/**
 * Asks each scheduler once for all arrays that have a job. A scheduler that is missing, too slow or unreadable
 * is part of the answer. Jobs of another name under one of the ids are not ours.
 */
export async function querySchedulers(
  arrays: readonly AskedArray[],
  effects: Pick<Effects, "now">,
): Promise<SchedulerAnswer> {
  const statuses = new Map<string, ReadonlyMap<number, ElementStatus>>();
  const forgotten = new Set<string>();
  const hidden = new Set<string>();
  const others = new Set(arrays.flatMap((each) => (each.submitter?.isOther ? each.job : [])));
  const failures: SchedulerAnswer["failures"][number][] = [];
  for (const { scheduler, dialect, names } of listAsked(arrays)) {
    try {
      const answer = await ask(scheduler, dialect.query, dialect, [...names.keys()], effects.now());
      for (const job of answer.unknownJobs) (others.has(job) ? hidden : forgotten).add(job);
      for (const [job, ours] of pickOurs(answer, names)) {
        if (ours.size > 0) statuses.set(job, ours);
        else forgotten.add(job);
      }
    } catch (error) {
      if (!(error instanceof BsweepError)) throw error;
      failures.push({ scheduler: scheduler.name, error });
    }
  }
  return { statuses, forgotten, hidden, failures };
}

/**
 * Asks the scheduler's accounting, where it has one, about jobs of which it has forgotten elements. What it
 * tells is laid under the answer; where it does not answer, nothing is added.
 */
export async function askHistory(
  answer: SchedulerAnswer,
  arrays: readonly AskedArray[],
  effects: Pick<Effects, "now">,
): Promise<SchedulerAnswer> {
  const statuses = new Map(answer.statuses);
  for (const { scheduler, dialect, names } of listAsked(arrays)) {
    if (dialect.history === null) continue;
    try {
      const told = await ask(scheduler, dialect.history, dialect, [...names.keys()], effects.now());
      for (const [job, past] of pickOurs(told, names))
        statuses.set(job, new Map([...past, ...(statuses.get(job) ?? [])]));
    } catch (error) {
      // Many sites keep no accounting: the files decide anyway.
      if (!(error instanceof BsweepError)) throw error;
    }
  }
  return { ...answer, statuses };
}

/** The schedulers that can be asked, each with the jobs to ask it about: names by job id, at least one. */
function listAsked(arrays: readonly AskedArray[]) {
  return SCHEDULERS.flatMap((scheduler) => {
    const { name, status } = scheduler;
    const own = arrays.filter((array) => array.scheduler === name);
    const names = new Map(
      own.flatMap(({ job, jobName }) => (job === null ? [] : [[job, jobName] as const])),
    );
    return status === null || names.size === 0 ? [] : [{ scheduler, dialect: status, names }];
  });
}

async function ask(
  scheduler: Scheduler,
  query: StatusQuery,
  { environment }: StatusDialect,
  jobs: readonly string[],
  now: Date,
): Promise<StatusAnswer> {
  const [command, ...args] = query.argv(jobs);
  const asking = { env: environment, timeoutSeconds: TIMEOUT_SECONDS };
  const run = await runProcess(command, args, asking);
  if (run.notFound) {
    throw new BsweepError("SCHEDULER_MISSING", `${command} is not on PATH`, {
      hint: "run this on a machine of the cluster that submits jobs, or load the scheduler's profile",
    });
  }
  if (run.timedOut)
    throw schedulerDown(scheduler, command, `no answer within ${TIMEOUT_SECONDS} s`);
  try {
    return query.parse(run, jobs, now);
  } catch (error) {
    // Such lines may also stand before an answer.
    const silence = findSilence(scheduler, run);
    throw silence === undefined ? error : schedulerDown(scheduler, command, silence);
  }
}

/** By job that was told of. A job of which all elements have another name has an empty map. */
function pickOurs(
  { elements }: StatusAnswer,
  names: ReadonlyMap<string, string>,
): ReadonlyMap<string, Map<number, ElementStatus>> {
  const byJob = new Map<string, Map<number, ElementStatus>>();
  for (const element of elements) {
    const ours = byJob.get(element.job) ?? new Map<number, ElementStatus>();
    byJob.set(element.job, ours);
    if (element.jobName === names.get(element.job)) ours.set(element.index, element);
  }
  return byJob;
}
