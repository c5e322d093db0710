import type { Effects } from "../../../core/effects.ts";
import { BsweepError } from "../../../core/errors.ts";
import type { SteeringReport } from "./steered.ts";
import { findTrialElements } from "./find-trial.ts";
import { countOutstanding, markPaused, removePaused } from "./marks.ts";
import { countOf, partOf, planSteps, wholeOf, type Step } from "./steps.ts";
import { runSteps } from "./run-steps.ts";
import {
  arraysOf,
  isLive,
  lookAtJobs,
  stateOf,
  type Elements,
  type Scene,
  type SceneOptions,
  type SteerableJob,
} from "./scene.ts";

export interface CancelOptions extends SceneOptions {
  /** Only elements that have not started. */
  readonly waiting: boolean;
  /** Only this array. */
  readonly array?: number;
  /** Only the elements of these trials. */
  readonly trials?: readonly number[];
  readonly printOnly: boolean;
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
  const scene = await lookAtJobs(options, effects);
  const steps = await planCancel(scene, options);
  const due = steps.filter(({ outcome }) => outcome === null);
  if (!printOnly && due.length > 0 && !(await confirm(describe(scene, due)))) return null;
  const all = array === undefined && trials === undefined;
  const outstanding = countOutstanding(scene);
  if (all && !printOnly) {
    if (outstanding > 0) markPaused(scene, "cancel", effects);
    else if (options.round === undefined) removePaused(scene);
  }
  return {
    study: scene.study.name,
    action: "cancel",
    jobs: await runSteps(steps, printOnly),
    notes:
      all && outstanding > 0
        ? [
            `${countOf(outstanding, "array")} not submitted yet: submit.sh leaves them until bsweep resume`,
          ]
        : [],
  };
}

async function planCancel(scene: Scene, options: CancelOptions): Promise<Step[]> {
  const { waiting, array, trials } = options;
  if (trials !== undefined) return planTrials(scene, trials);
  const jobs = array === undefined ? scene.jobs : pickArray(scene, array);
  if (waiting) return planWaiting(scene, jobs);
  // The last one first: what waits for a job must not start because that ends.
  return planSteps(scene, [...jobs].reverse(), (job, elements, dialect) => ({
    commands: dialect.cancel(wholeOf(job)),
    detail: `${countOf(countLive(elements))} ended`,
  }));
}

function planWaiting(scene: Scene, jobs: readonly SteerableJob[]): Step[] {
  return planSteps(scene, arraysOf(jobs), (job, { pending, held, running }, dialect) => {
    const waiting = [...pending, ...held];
    const goOn = running.length === 0 ? "" : `, ${countOf(running.length)} running to the end`;
    return waiting.length === 0
      ? { unchanged: `nothing waits${goOn}` }
      : {
          commands: dialect.cancelWaiting(partOf(job, waiting)),
          detail: `${countOf(waiting.length)} ended${goOn}`,
        };
  });
}

async function planTrials(scene: Scene, trials: readonly number[]): Promise<Step[]> {
  const found = await findTrialElements(scene, trials);
  const jobs = scene.jobs.filter((job) => found.has(job));
  return planSteps(scene, jobs, (job, _, dialect) => {
    const indices = found.get(job) ?? [];
    return {
      commands: dialect.cancel(partOf(job, indices)),
      detail: `${countOf(indices.length)} ended: ${indices.join(", ")}`,
    };
  });
}

/** @throws BsweepError USAGE when there is no such array, or more than one that has not ended */
function pickArray({ jobs, answer }: Scene, array: number): readonly SteerableJob[] {
  const named = jobs.filter((job) => job.array === array);
  const live = named.filter((job) => isLive(stateOf(job, answer)));
  if (named.length > 0 && live.length < 2) return live.length === 1 ? live : named;
  throw new BsweepError(
    "USAGE",
    named.length === 0
      ? `there is no array ${array}`
      : `array ${array} of ${live.length} rounds has not ended`,
    {
      hint:
        named.length === 0 ? "bsweep status STUDY lists the arrays" : "say which one: --round N",
    },
  );
}

function countLive({ pending, held, running, suspended, unknown }: Elements): number {
  return pending.length + held.length + running.length + suspended.length + unknown.length;
}

function describe({ study }: Scene, due: readonly Step[]): string {
  const lines = due.map(({ name, job, detail }) => `  ${name}, job ${job ?? ""}: ${detail}`);
  return `Of ${study.name} there would be\n${lines.join("\n")}\nEnd ${due.length === 1 ? "it" : "them"} for good?`;
}
