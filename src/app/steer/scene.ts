import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Effects } from "../../core/effects.ts";
import type { ElementState } from "../../core/element-status.ts";
import { BsweepError } from "../../core/errors.ts";
import { formatCommand } from "../../core/shell.ts";
import type { Study } from "../../core/study.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { CANARY, type Layout, SUBMITTED_FOLDER, roundJobName } from "../../workspace/layout.ts";
import type { Round } from "../../formats/round-file.ts";
import type { ManifestElement } from "../../core/trial.ts";
import { readManifest, readUsableRounds, type UnusableRound } from "../../rounds/round.ts";
import { querySchedulers, type SchedulerAnswer } from "../cluster/query.ts";
import {
  describeArrays,
  readJobId,
  readSubmitter,
  type SubmittedArray,
} from "../cluster/submitted.ts";
import { writeFileAtomic } from "../../workspace/atomic.ts";

/** A job that can be steered: an array's, the canary's, or the one that mails at the end. */
export interface SteerableJob extends Omit<
  SubmittedArray,
  "array" | "limits" | "resultGraceSeconds"
> {
  /** For a person. */
  readonly name: string;
  /** 0: the canary; null: the job that mails at the end, whose paths are "". */
  readonly array: number | null;
  /** What its elements run, where that was asked for. */
  readonly planned: readonly ManifestElement[];
}

/** Elements by what the scheduler says of them; index 0 stands for a job that is no array. */
export type Elements = Readonly<Record<ElementState, readonly number[]>>;

/**
 * `unsubmitted`: no job was asked for. `in doubt`: one was, and its id was not written down. `hidden`: somebody else
 * submitted it, and the scheduler shows nothing of it. `ended`: the scheduler knows no unfinished job of that id and
 * that name.
 */
type JobState = "unsubmitted" | "in doubt" | "hidden" | "ended" | Elements;

/** A study's jobs as they are now. */
export interface Scene {
  readonly study: Study;
  readonly layout: Layout;
  /** By round and array; of each round the job that mails comes last. */
  readonly jobs: readonly SteerableJob[];
  /** Of these rounds nobody knows what was submitted: their jobs are left alone. */
  readonly unusable: readonly UnusableRound[];
  readonly answer: SchedulerAnswer;
}

export interface SceneOptions {
  readonly study: Study;
  readonly layout: Layout;
  /** Only this round's jobs. */
  readonly round?: number;
  /** Ask what the elements run: a round that does not tell cannot be used then. */
  readonly planned?: boolean;
}

/**
 * Looks at what was submitted, and asks the schedulers once about all of it.
 * @throws BsweepError CONFLICT when nothing was submitted; INVALID_MANIFEST or WORKSPACE when no round that was can be
 *   used; INVALID_SITE as readSubmittedArrays does; SCHEDULER_MISSING, SCHEDULER_DOWN or SCHEDULER_OUTPUT when a
 *   scheduler cannot be asked: nothing is done to jobs that may not be ours
 */
export async function lookAtJobs(options: SceneOptions, effects: Effects): Promise<Scene> {
  const { study, layout, round } = options;
  const isWanted = (each: Pick<UnusableRound, "round">): boolean =>
    round === undefined || each.round === null || each.round === round;
  const rounds = readUsableRounds(layout, study.name, (each) =>
    listJobs(each, layout, study).map((job) =>
      options.planned === true && job.manifest !== ""
        ? { ...job, planned: readManifest(job.manifest) }
        : job,
    ),
  );
  const jobs = rounds.usable.flat().filter(isWanted);
  const unusable = rounds.unusable.filter(isWanted);
  if (!jobs.some(({ job, inDoubt }) => job !== null || inDoubt)) {
    if (unusable[0] !== undefined) throw unusable[0].error;
    const where = round === undefined ? "" : ` of round ${round}`;
    throw new BsweepError("CONFLICT", `nothing${where} of ${study.name} was submitted`, {
      hint: `${formatCommand("bsweep", "submit", study.file)} submits what there is, and generates it if need be`,
    });
  }
  return { study, layout, jobs, unusable, answer: await askAll(jobs, effects) };
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
export function stateOf(job: SteerableJob, { statuses, hidden }: SchedulerAnswer): JobState {
  if (job.job === null) return job.inDoubt ? "in doubt" : "unsubmitted";
  if (hidden.has(job.job)) return "hidden";
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

/** A round's. @throws BsweepError as describeArrays does */
function listJobs(round: Round, layout: Layout, study: Study): SteerableJob[] {
  const all = describeArrays(round, layout, study).filter((array) => schedulerOf(array).submits);
  const isBegun = all.some(({ array, job }) => array !== CANARY && job !== null);
  // `submit.sh --no-canary` leaves it out: its trial stands in array 1 too.
  const own = all.filter(
    ({ array, job, inDoubt }) => !isBegun || array !== CANARY || job !== null || inDoubt,
  );
  const jobs = own.map((array) => {
    const which = array.array === CANARY ? "canary" : `array ${array.array}`;
    return { ...array, planned: [], name: `round ${round.round}, ${which}` };
  });
  return [...jobs, ...findMailJob(layout, round, own)];
}

/** The job that waits for the round's others and mails; none where none was asked for. */
function findMailJob(
  layout: Layout,
  { study, round, nonce }: Round,
  [first]: readonly SubmittedArray[],
): SteerableJob[] {
  if (first === undefined) return [];
  const { scheduler, jobGroup } = first;
  const submitted = join(layout.round(study, round), SUBMITTED_FOLDER, "notify");
  const job = readJobId(`${submitted}.job`);
  const inDoubt = job === null && existsSync(`${submitted}.intent`);
  if (job === null && !inDoubt) return [];
  const mail = {
    ...{ round, scheduler, jobGroup, job, inDoubt, pool: false, elements: 1 },
    submitter: readSubmitter(submitted),
    ...{ planned: [], manifest: "", resultFolder: "", logFolder: "" },
    name: `round ${round}, mail at the end`,
    array: null,
    jobName: roundJobName(study, round, "end", nonce),
  };
  return [mail];
}

/**
 * What submit.sh looks at before it asks for a job, so that a later wave does not undo what was said: the limit
 * of running elements, and whether anything may be submitted at all.
 */
export function markLimit({ layout, study }: Scene, limit: number): void {
  writeFileAtomic(layout.limitFile(study.name), `${limit}\n`);
}

/** @param command what was run, for whoever wonders why nothing is submitted */
export function markPaused(
  { layout, study }: Scene,
  command: "pause" | "cancel",
  effects: Pick<Effects, "now">,
): void {
  const since = effects.now().toISOString();
  writeFileAtomic(layout.pausedFile(study.name), `bsweep ${command}, ${since}\n`);
}

export function isPaused({ layout, study }: Pick<Scene, "layout" | "study">): boolean {
  return existsSync(layout.pausedFile(study.name));
}

export function removePaused({ layout, study }: Scene): void {
  rmSync(layout.pausedFile(study.name), { force: true });
}

/** How many arrays submit.sh would still submit, of rounds of which it has submitted some: no canary any more. */
export function countOutstanding({ jobs }: Pick<Scene, "jobs">): number {
  const begun = new Set(jobs.filter(({ job }) => job !== null).map(({ round }) => round));
  return jobs.filter(
    ({ job, array, round }) =>
      job === null && array !== null && array !== CANARY && begun.has(round),
  ).length;
}

/** Whether anything may still start: a job that has not ended for sure, or an array that may yet be submitted. */
export function isUnfinished(scene: Scene): boolean {
  if (scene.unusable.length > 0) return true;
  const states = scene.jobs.map((job) => stateOf(job, scene.answer));
  return countOutstanding(scene) > 0 || states.some((state) => state === "hidden" || isLive(state));
}
