import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Effects } from "../../../core/effects.ts";
import type { ElementState } from "../../../core/element-status.ts";
import { BsweepError } from "../../../core/errors.ts";
import type { Study } from "../../../core/study.ts";
import { schedulerOf } from "../../../schedulers/index.ts";
import { CANARY, SUBMITTED_FOLDER, type Layout } from "../../../workspace/layout.ts";
import { readRound } from "../../../rounds/round.ts";
import { querySchedulers, type AskedArray, type SchedulerAnswer } from "../query.ts";
import { readJobId, readSubmittedArrays, type SubmittedArray } from "../submitted.ts";

/** A job that can be steered: an array's, the canary's, or the one that mails at the end. */
export interface SteerableJob extends AskedArray {
  /** For a person. */
  readonly name: string;
  readonly round: number;
  /** 0: the canary; null: the job that mails at the end. */
  readonly array: number | null;
  readonly elements: number;
  readonly inDoubt: boolean;
  readonly jobGroup: string;
  /** Absolute; "" for the job that mails, as the folders. */
  readonly manifest: string;
  readonly resultFolder: string;
  readonly logFolder: string;
}

/** Elements by what the scheduler says of them; index 0 stands for a job that is no array. */
export type Elements = Readonly<Record<ElementState, readonly number[]>>;

/**
 * `unsubmitted`: no job was asked for. `in doubt`: one was, and its id was not written down. `ended`: the scheduler
 * knows no unfinished job of that id and that name.
 */
export type JobState = "unsubmitted" | "in doubt" | "ended" | Elements;

/** A study's jobs as they are now. */
export interface Scene {
  readonly study: Study;
  readonly layout: Layout;
  /** By round and array; of each round the job that mails comes last. */
  readonly jobs: readonly SteerableJob[];
  readonly answer: SchedulerAnswer;
}

export interface SceneOptions {
  readonly study: Study;
  readonly layout: Layout;
  /** Only this round's jobs. */
  readonly round?: number;
}

/**
 * Looks at what was submitted, and asks the schedulers once about all of it.
 * @throws BsweepError CONFLICT when nothing was submitted; SCHEDULER_MISSING or SCHEDULER_OUTPUT when a scheduler
 *   cannot be asked: nothing is done to jobs that may not be ours
 */
export async function lookAtJobs(options: SceneOptions, effects: Effects): Promise<Scene> {
  const { study, layout, round } = options;
  const jobs = listJobs(layout, study).filter((job) => round === undefined || job.round === round);
  if (!jobs.some(({ job, inDoubt }) => job !== null || inDoubt)) {
    const where = round === undefined ? "" : ` of round ${round}`;
    throw new BsweepError("CONFLICT", `nothing${where} of ${study.name} was submitted`, {
      hint: "bsweep submit STUDY submits what bsweep generate STUDY has written",
    });
  }
  return { study, layout, jobs, answer: await askAll(jobs, effects) };
}

/** @throws BsweepError as soon as one scheduler does not answer */
export async function askAll(
  jobs: readonly SteerableJob[],
  effects: Effects,
): Promise<SchedulerAnswer> {
  const answer = await querySchedulers(jobs, effects);
  const [failure] = answer.failures;
  if (failure !== undefined) throw failure.error;
  return answer;
}

/** What is left of a job. */
export function stateOf(job: SteerableJob, { statuses }: SchedulerAnswer): JobState {
  if (job.job === null) return job.inDoubt ? "in doubt" : "unsubmitted";
  const elements: Record<ElementState, number[]> = {
    ...{ pending: [], held: [], running: [], suspended: [], done: [], exited: [], unknown: [] },
  };
  for (const [index, { state }] of statuses.get(job.job) ?? []) elements[state].push(index);
  return isLive(elements) ? elements : "ended";
}

export function isLive(state: JobState): state is Elements {
  if (typeof state === "string") return false;
  return (["pending", "held", "running", "suspended", "unknown"] as const).some(
    (each) => state[each].length > 0,
  );
}

/** Those that hold elements: not the jobs that mail. */
export const arraysOf = (jobs: readonly SteerableJob[]): readonly SteerableJob[] =>
  jobs.filter(({ array }) => array !== null);

function listJobs(layout: Layout, study: Study): SteerableJob[] {
  const arrays = readSubmittedArrays(layout, study).filter((array) => schedulerOf(array).submits);
  const rounds = [...new Set(arrays.map(({ round }) => round))];
  return rounds.flatMap((round) => {
    const own = withoutSkippedCanary(arrays.filter((array) => array.round === round));
    const mail = findMailJob(layout, study.name, own);
    return [...own.map(nameArray), ...(mail === undefined ? [] : [mail])];
  });
}

/** `submit.sh --no-canary` leaves it out: its trial stands in array 1 too. */
function withoutSkippedCanary(arrays: readonly SubmittedArray[]): readonly SubmittedArray[] {
  const isBegun = arrays.some(({ array, job }) => array !== CANARY && job !== null);
  return isBegun
    ? arrays.filter(({ array, job, inDoubt }) => array !== CANARY || job !== null || inDoubt)
    : arrays;
}

function nameArray(array: SubmittedArray): SteerableJob {
  const which = array.array === CANARY ? "canary" : `array ${array.array}`;
  return { ...array, name: `round ${array.round}, ${which}` };
}

/** The job that waits for the round's others and mails; undefined where none was asked for. */
function findMailJob(
  layout: Layout,
  study: string,
  [first]: readonly SubmittedArray[],
): SteerableJob | undefined {
  if (first === undefined) return undefined;
  const { round, scheduler, jobGroup } = first;
  const submitted = join(layout.round(study, round), SUBMITTED_FOLDER, "notify");
  const job = readJobId(`${submitted}.job`);
  const inDoubt = job === null && existsSync(`${submitted}.intent`);
  const nonce = readRound(layout, study, round)?.nonce;
  if (nonce === undefined || (job === null && !inDoubt)) return undefined;
  return {
    ...{ round, scheduler, jobGroup, job, inDoubt, pool: false, elements: 1 },
    ...{ manifest: "", resultFolder: "", logFolder: "" },
    name: `round ${round}, mail at the end`,
    array: null,
    jobName: notifyJobName(study, round, nonce),
  };
}

/** As submit.sh names it. */
function notifyJobName(study: string, round: number, nonce: string): string {
  return `${study}-r${String(round).padStart(3, "0")}-end-${nonce}`;
}
