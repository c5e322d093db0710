import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import { formatCommand } from "../../core/shell.ts";
import { plural } from "../../core/quantities.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import type { Argv } from "../../schedulers/status.ts";
import {
  dialectOf,
  partOf,
  planSteps,
  reportSteering,
  runSteps,
  type SteeringOptions,
  type SteeringReport,
  type Step,
} from "./steps.ts";
import {
  arraysOf,
  askAll,
  countOutstanding,
  isLive,
  isPaused,
  isUnfinished,
  lookAtJobs,
  markLimit,
  markPaused,
  removePaused,
  type Scene,
  stateOf,
  type SteerableJob,
} from "./scene.ts";

interface PauseOptions extends SteeringOptions {
  /** What runs is stopped too, in memory. */
  readonly running: boolean;
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
    const { pending, held, suspended } = elements;
    const stopped = running ? elements.running : [];
    const goesOn = elements.running.length - stopped.length;
    const toTheEnd = `${plural(goesOn, "element")} running to the end`;
    if (pending.length + stopped.length === 0) {
      const paused = held.length + suspended.length;
      const idle =
        paused > 0 ? `${plural(paused, "element")} paused already` : `nothing waits; ${toTheEnd}`;
      return { unchanged: idle };
    }
    const commands: Argv[] = [];
    const details: string[] = [];
    if (pending.length > 0) {
      commands.push(...dialect.hold(partOf(job, pending)));
      details.push(`${plural(pending.length, "element")} held`);
    }
    if (stopped.length > 0) {
      commands.push(...dialect.suspend(partOf(job, stopped)));
      details.push(`${plural(stopped.length, "element")} stopped`);
    }
    if (goesOn > 0) details.push(toTheEnd);
    return { commands, detail: details.join(", ") };
  });
  const jobs = await runSteps(steps, printOnly);
  // Between the look and the command an element may have started: it is to go on.
  const overtaken = printOnly || running ? [] : await planOvertaken(scene, arrays, effects);
  const all = [...jobs, ...(await runSteps(overtaken, false))];
  const notes = keeps ? ["nothing more is submitted either, until bsweep resume"] : [];
  return reportSteering(scene, "pause", all, notes);
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
  const held = arrays.filter((job) => {
    const state = stateOf(job, scene.answer);
    return dialectOf(job).cannotSuspend === null && isLive(state) && state.pending.length > 0;
  });
  if (held.length === 0) return [];
  const answer = await askAll(held, effects);
  return planSteps({ answer }, held, (job, now, dialect) => {
    const before = stateOf(job, scene.answer);
    const stopped = isLive(before)
      ? now.suspended.filter((index) => before.pending.includes(index))
      : [];
    if (stopped.length === 0) return { unchanged: "" };
    const detail = `just started, and left to run: ${plural(stopped.length, "element")}`;
    return { commands: dialect.resume(partOf(job, stopped)), detail };
  }).filter(({ outcome }) => outcome === null);
}

/** Undoes a pause, whoever paused: elements that are held may start, stopped ones go on. @throws BsweepError as lookAtJobs does */
export async function resume(options: SteeringOptions, effects: Effects): Promise<SteeringReport> {
  const { printOnly } = options;
  const scene = await lookAtJobs(options, effects);
  const wasPaused = isPaused(scene);
  if (wasPaused && !printOnly) removePaused(scene);
  const arrays = arraysOf(scene.jobs);
  const steps = planSteps(scene, arrays, (job, { held, suspended, running }, dialect) => {
    const paused = [...held, ...suspended];
    // Where what runs cannot be stopped it is held as well, which nobody sees before it is run again.
    const hidden = wasPaused && dialect.cannotSuspend !== null ? running : [];
    if (paused.length + hidden.length === 0) return { unchanged: "nothing of it is paused" };
    const commands = dialect.resume(partOf(job, [...paused, ...hidden]));
    return { commands, detail: `${plural(paused.length, "element")} released` };
  });
  const outstanding = countOutstanding(scene);
  const left = plural(outstanding, "array");
  const notes = wasPaused && outstanding > 0 ? [`submit.sh may submit what is left: ${left}`] : [];
  return reportSteering(scene, "resume", await runSteps(steps, printOnly), notes);
}

interface ThrottleOptions extends SteeringOptions {
  /** Most elements at once, at least 1. */
  readonly limit: number;
}

/**
 * Changes how many elements of a study run at once, of what was submitted and of what will be. What runs goes on.
 * @throws BsweepError USAGE; else as lookAtJobs does
 */
export async function throttle(
  options: ThrottleOptions,
  effects: Effects,
): Promise<SteeringReport> {
  const { limit, printOnly } = options;
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new BsweepError("USAGE", `found a limit of ${limit}, expected a whole number from 1`, {
      hint: `${formatCommand("bsweep", "pause", options.study.file)} lets nothing start`,
    });
  }
  const scene = await lookAtJobs(options, effects);
  const pools = new Set(scene.jobs.flatMap(({ pool, round }) => (pool ? [round] : [])));
  // Rounds of pools keep their slots, whatever the limit; their canary is one element anyway.
  const limited = { ...scene, jobs: scene.jobs.filter(({ round }) => !pools.has(round)) };
  // What submit.sh is about to submit must have the limit too.
  const keeps = !printOnly && isUnfinished(limited);
  if (keeps) markLimit(scene, limit);
  const steps = [...planGroups(limited, limit), ...planArrays(scene, limit)];
  return reportSteering(scene, "throttle", await runSteps(steps, printOnly), [
    ...(keeps
      ? [`what is submitted later keeps to ${limit} at once too, until this is changed`]
      : []),
    ...(pools.size > 0 ? [POOL_PACE] : []),
  ]);
}

const POOL_PACE =
  "parallel jobs have slots instead of a limit: cluster.pool.slots in the study sets them, for rounds to come";

/** LSF's job groups: their limit holds for all arrays together. */
function planGroups({ jobs, answer }: Scene, limit: number): Step[] {
  const live = jobs.filter((job) => isLive(stateOf(job, answer)));
  const groups = new Map(live.map((job) => [job.jobGroup, job]));
  return [...groups].flatMap(([group, job]) => {
    const dialect = dialectOf(job);
    const commands = group === "" ? [] : dialect.limitGroup(group, limit);
    if (commands.length === 0) return [];
    const place = { name: `job group ${group}`, round: null, array: null, job: null };
    return [
      {
        ...{ ...place, dialect, commands, scheduler: schedulerOf(job) },
        ...{ outcome: null, detail: `at most ${limit} jobs at once` },
      },
    ];
  });
}

function planArrays({ jobs, answer }: Scene, limit: number): Step[] {
  const arrays = jobs.filter(({ array }) => array !== null && array > 0);
  return planSteps({ answer }, arrays, ({ job, pool }, elements, dialect) => {
    if (pool) return { unchanged: "a parallel job keeps the slots it was submitted with" };
    const now = elements.running.length;
    const over =
      now > limit ? `; ${plural(now, "element")} run on, and none starts until fewer do` : "";
    return {
      commands: dialect.limitArray(job ?? "", limit),
      detail: `at most ${limit} at once${over}`,
    };
  });
}
