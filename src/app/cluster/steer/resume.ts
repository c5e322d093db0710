import type { Effects } from "../../../core/effects.ts";
import type { SteeringReport } from "./steered.ts";
import { countOutstanding, isPaused, removePaused } from "./marks.ts";
import { countOf, partOf, planSteps } from "./steps.ts";
import { runSteps } from "./run-steps.ts";
import { arraysOf, lookAtJobs, type SceneOptions } from "./scene.ts";

export interface ResumeOptions extends SceneOptions {
  readonly printOnly: boolean;
}

/** Undoes a pause, whoever paused: elements that are held may start, stopped ones go on. @throws BsweepError as lookAtJobs does */
export async function resume(options: ResumeOptions, effects: Effects): Promise<SteeringReport> {
  const { printOnly } = options;
  const scene = await lookAtJobs(options, effects);
  const wasPaused = isPaused(scene);
  if (wasPaused && !printOnly) removePaused(scene);
  const steps = planSteps(
    scene,
    arraysOf(scene.jobs),
    (job, { held, suspended, running }, dialect) => {
      const paused = [...held, ...suspended];
      // Where what runs cannot be stopped it is held as well, which nobody sees before it is run again.
      const hidden = wasPaused && dialect.cannotSuspend !== null ? running : [];
      if (paused.length + hidden.length === 0) return { unchanged: "nothing of it is paused" };
      return {
        commands: dialect.resume(partOf(job, [...paused, ...hidden])),
        detail: `${countOf(paused.length)} released`,
      };
    },
  );
  const outstanding = countOutstanding(scene);
  return {
    study: scene.study.name,
    action: "resume",
    jobs: await runSteps(steps, printOnly),
    notes:
      wasPaused && outstanding > 0
        ? [`submit.sh may submit the ${countOf(outstanding, "array")} that are left`]
        : [],
  };
}
