import type { Effects } from "../../../core/effects.ts";
import { BsweepError } from "../../../core/errors.ts";
import type { SteeringReport } from "./steered.ts";
import { isUnfinished, markPaused } from "./marks.ts";
import { countOf, dialectOf, partOf, planSteps, type Step } from "./steps.ts";
import { runSteps } from "./run-steps.ts";
import {
  arraysOf,
  askAll,
  isLive,
  lookAtJobs,
  stateOf,
  type Elements,
  type Scene,
  type SceneOptions,
  type SteerableJob,
} from "./scene.ts";

export interface PauseOptions extends SceneOptions {
  /** What runs is stopped too, in memory. */
  readonly running: boolean;
  readonly printOnly: boolean;
}

/**
 * Lets nothing start any more; what runs goes on to its end, unless it is to be stopped too.
 * @throws BsweepError CONFLICT where the scheduler lets no user stop what runs; else as lookAtJobs does
 */
export async function pause(options: PauseOptions, effects: Effects): Promise<SteeringReport> {
  const { running, printOnly } = options;
  const scene = await lookAtJobs(options, effects);
  if (running) refuseSuspension(scene);
  const keeps = !printOnly && isUnfinished(scene);
  if (keeps) markPaused(scene, "pause", effects);
  const arrays = arraysOf(scene.jobs);
  const steps = planSteps(scene, arrays, (job, elements, dialect) => {
    const stopped = running ? elements.running : [];
    if (elements.pending.length + stopped.length === 0)
      return { unchanged: describeIdle(elements) };
    const commands = [
      ...(elements.pending.length === 0 ? [] : dialect.hold(partOf(job, elements.pending))),
      ...(stopped.length === 0 ? [] : dialect.suspend(partOf(job, stopped))),
    ];
    return { commands, detail: describePause(elements, stopped.length) };
  });
  const jobs = await runSteps(steps, printOnly);
  // Between the look and the command an element may have started: it is to go on.
  const overtaken = printOnly || running ? [] : await planOvertaken(scene, arrays, effects);
  return {
    study: scene.study.name,
    action: "pause",
    jobs: [...jobs, ...(await runSteps(overtaken, false))],
    notes: keeps ? ["nothing more is submitted either, until bsweep resume"] : [],
  };
}

function refuseSuspension({ jobs, answer }: Scene): void {
  const reasons = jobs
    .filter((job) => isLive(stateOf(job, answer)))
    .flatMap((job) => dialectOf(job).cannotSuspend ?? []);
  const [reason] = reasons;
  if (reason === undefined) return;
  throw new BsweepError("CONFLICT", reason, {
    hint: "without --running nothing more starts; bsweep cancel ends what runs, and a trial with a checkpoint goes on from there",
  });
}

/** Elements that were to be held, and that run since: where what runs can be stopped, it has stopped them. */
async function planOvertaken(
  scene: Scene,
  arrays: readonly SteerableJob[],
  effects: Effects,
): Promise<Step[]> {
  const held = arrays.filter(
    (job) => dialectOf(job).cannotSuspend === null && waitingOf(job, scene) > 0,
  );
  if (held.length === 0) return [];
  const answer = await askAll(held, effects);
  return planSteps({ answer }, held, (job, now, dialect) => {
    const before = stateOf(job, scene.answer);
    const stopped = isLive(before)
      ? now.suspended.filter((index) => before.pending.includes(index))
      : [];
    return stopped.length === 0
      ? { unchanged: "" }
      : {
          commands: dialect.resume(partOf(job, stopped)),
          detail: `${countOf(stopped.length)} had just started and goes on`,
        };
  }).filter(({ outcome }) => outcome === null);
}

function waitingOf(job: SteerableJob, { answer }: Scene): number {
  const state = stateOf(job, answer);
  return isLive(state) ? state.pending.length : 0;
}

function describePause({ pending, running }: Elements, stopped: number): string {
  const goesOn = running.length - stopped;
  return [
    ...(pending.length === 0 ? [] : [`${countOf(pending.length)} held`]),
    ...(stopped === 0 ? [] : [`${countOf(stopped)} stopped`]),
    ...(goesOn === 0 ? [] : [`${countOf(goesOn)} running to the end`]),
  ].join(", ");
}

function describeIdle({ held, suspended, running }: Elements): string {
  const paused = held.length + suspended.length;
  return paused > 0
    ? `${countOf(paused)} paused already`
    : `nothing waits; ${countOf(running.length)} running to the end`;
}
