import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import {
  countOf,
  dialectOf,
  planSteps,
  runSteps,
  type SteeringReport,
  type Step,
} from "./steps.ts";
import {
  isLive,
  isUnfinished,
  lookAtJobs,
  markLimit,
  type Scene,
  type SceneOptions,
  stateOf,
} from "./scene.ts";

interface ThrottleOptions extends SceneOptions {
  /** Most elements at once, at least 1. */
  readonly limit: number;
  readonly printOnly: boolean;
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
      hint: "bsweep pause STUDY lets nothing start",
    });
  }
  const scene = await lookAtJobs(options, effects);
  // What submit.sh is about to submit must have the limit too.
  const keeps = !printOnly && isUnfinished(scene);
  if (keeps) markLimit(scene, limit);
  const steps = [...planGroups(scene, limit), ...planArrays(scene, limit)];
  return {
    study: scene.study.name,
    action: "throttle",
    jobs: await runSteps(steps, printOnly),
    notes: keeps
      ? [`what is submitted later keeps to ${limit} at once too, until this is changed`]
      : [],
  };
}

/** LSF's job groups: their limit holds for all arrays together. */
function planGroups({ jobs, answer }: Scene, limit: number): Step[] {
  const live = jobs.filter((job) => !job.pool && isLive(stateOf(job, answer)));
  const groups = new Map(live.map((job) => [job.jobGroup, job]));
  return [...groups].flatMap(([group, job]) => {
    const dialect = dialectOf(job);
    const commands = group === "" ? [] : dialect.limitGroup(group, limit);
    if (commands.length === 0) return [];
    const place = { name: `job group ${group}`, round: null, array: null, job: null };
    return [
      { ...place, dialect, commands, outcome: null, detail: `at most ${limit} jobs at once` },
    ];
  });
}

function planArrays({ jobs, answer }: Scene, limit: number): Step[] {
  const arrays = jobs.filter(({ array }) => array !== null && array > 0);
  return planSteps({ answer }, arrays, ({ job, pool }, elements, dialect) => {
    if (pool) return { unchanged: "a parallel job keeps the slots it was submitted with" };
    const now = elements.running.length;
    const over = now > limit ? `; ${countOf(now)} run on, and none starts until fewer do` : "";
    return {
      commands: dialect.limitArray(job ?? "", limit),
      detail: `at most ${limit} at once${over}`,
    };
  });
}
