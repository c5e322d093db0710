import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import { formatCommand } from "../../core/shell.ts";
import { plural } from "../../core/quantities.ts";
import {
  partOf,
  planSteps,
  reportSteering,
  runSteps,
  type SteeredJob,
  type SteeringOptions,
  type SteeringReport,
  type Step,
} from "./steps.ts";
import { findTrialElements } from "./find-trial.ts";
import {
  arraysOf,
  askAll,
  countOutstanding,
  isLive,
  lookAtJobs,
  markPaused,
  removePaused,
  type Scene,
  stateOf,
  type SteerableJob,
} from "./scene.ts";

interface CancelOptions extends SteeringOptions {
  /** Only elements that have not started. */
  readonly waiting: boolean;
  /** Only this array. */
  readonly array?: number;
  /** Only the elements of these trials. */
  readonly trials?: readonly number[];
  /** Asked before anything is ended, with what would be. */
  readonly confirm: (question: string) => Promise<boolean>;
}

/**
 * Ends jobs of a study for good; what has a result keeps it. Null when it was not confirmed.
 * @throws BsweepError USAGE or CONFLICT for an array or a trial that cannot be ended alone; else as lookAtJobs does
 */
export async function cancel(
  options: CancelOptions,
  effects: Effects,
): Promise<SteeringReport | null> {
  const { printOnly, confirm, array, trials } = options;
  const scene = await lookAtJobs({ ...options, planned: trials !== undefined }, effects);
  const steps = await planCancel(scene, options);
  const due = steps.filter(({ outcome }) => outcome === null);
  if (!printOnly && due.length > 0) {
    const lines = due.map(({ name, job, detail }) => `  ${name}, job ${job ?? ""}: ${detail}`);
    const question = `End ${due.length === 1 ? "it" : "them"} for good?`;
    const what = `Of ${scene.study.name} there would be\n${lines.join("\n")}`;
    if (!(await confirm(`${what}\n${question}`))) return null;
  }
  const notes =
    array === undefined && trials === undefined ? holdBack(scene, options, effects) : [];
  const jobs = await lookAgain(await runSteps(steps, printOnly), scene, effects);
  return reportSteering(scene, "cancel", jobs, notes);
}

/** Keeps submit.sh from bringing what is yet to come, where anything may be. Returns what is to be told of it. */
function holdBack(
  scene: Scene,
  { printOnly, round }: SteeringOptions,
  effects: Effects,
): readonly string[] {
  const outstanding = countOutstanding(scene);
  if (outstanding + scene.unusable.length === 0) {
    if (!printOnly && round === undefined) removePaused(scene);
    return [];
  }
  if (!printOnly) markPaused(scene, "cancel", effects);
  const left = `not submitted yet: ${plural(outstanding, "array")}, which submit.sh leaves alone`;
  return [`${outstanding > 0 ? left : "submit.sh submits nothing"} until bsweep resume`];
}

/** What the scheduler has only taken down: done, where nothing of the job is left by now. */
async function lookAgain(
  jobs: readonly SteeredJob[],
  scene: Scene,
  effects: Effects,
): Promise<readonly SteeredJob[]> {
  const isAccepted = ({ outcome }: SteeredJob): boolean => outcome === "accepted";
  if (!jobs.some(isAccepted)) return jobs;
  const accepted = new Set(jobs.filter(isAccepted).map(({ job }) => job));
  const answer = await askAll(
    scene.jobs.filter(({ job }) => accepted.has(job)),
    effects,
  );
  const live = new Set(
    scene.jobs.filter((job) => isLive(stateOf(job, answer))).map(({ job }) => job),
  );
  return jobs.map((job): SteeredJob => {
    if (!isAccepted(job)) return job;
    if (!live.has(job.job)) return { ...job, outcome: "done" };
    const detail = `${job.detail}: the scheduler has taken it down; bsweep status tells what is left`;
    return { ...job, detail };
  });
}

async function planCancel(scene: Scene, options: CancelOptions): Promise<Step[]> {
  const { waiting, array, trials } = options;
  if (trials !== undefined) return planTrials(scene, trials);
  const jobs = array === undefined ? scene.jobs : pickArray(scene, array);
  if (waiting) return planWaiting(scene, jobs);
  // The last one first: what waits for a job must not start because that ends.
  return planSteps(scene, [...jobs].reverse(), (job, elements, dialect) => {
    const { pending, held, running, suspended, unknown } = elements;
    const live = [pending, held, running, suspended, unknown].flat();
    return {
      commands: dialect.cancel(partOf(job)),
      detail: `${plural(live.length, "element")} ended`,
    };
  });
}

function planWaiting(scene: Scene, jobs: readonly SteerableJob[]): Step[] {
  return planSteps(scene, arraysOf(jobs), (job, { pending, held, running }, dialect) => {
    const waiting = [...pending, ...held];
    const goOn =
      running.length === 0 ? "" : `, ${plural(running.length, "element")} running to the end`;
    if (waiting.length === 0) return { unchanged: `nothing waits${goOn}` };
    const commands = dialect.cancelWaiting(partOf(job, waiting));
    return { commands, detail: `${plural(waiting.length, "element")} ended${goOn}` };
  });
}

async function planTrials(scene: Scene, trials: readonly number[]): Promise<Step[]> {
  const found = await findTrialElements(scene, trials);
  const jobs = scene.jobs.filter((job) => found.has(job));
  return planSteps(scene, jobs, (job, _, dialect) => {
    const indices = found.get(job) ?? [];
    const detail = `${plural(indices.length, "element")} ended: ${indices.join(", ")}`;
    return { commands: dialect.cancel(partOf(job, indices)), detail };
  });
}

/** @throws BsweepError USAGE when there is no such array, or there may be more than one that has not ended */
function pickArray(scene: Scene, array: number): readonly SteerableJob[] {
  const { study, jobs, answer, unusable } = scene;
  if (unusable[0] !== undefined) {
    const message = `array ${array} may be another round's, for ${unusable[0].error.message}`;
    throw new BsweepError("USAGE", message, { hint: "say which one: --round N" });
  }
  const named = jobs.filter((job) => job.array === array);
  const live = named.filter((job) => isLive(stateOf(job, answer)));
  if (named.length > 0 && live.length < 2) return live.length === 1 ? live : named;
  if (named.length === 0) {
    const hint = `${formatCommand("bsweep", "status", study.file)} lists the arrays`;
    throw new BsweepError("USAGE", `there is no array ${array}`, { hint });
  }
  const message = `array ${array} of ${live.length} rounds has not ended`;
  throw new BsweepError("USAGE", message, { hint: "say which one: --round N" });
}
