import { existsSync, rmSync } from "node:fs";
import type { Effects } from "../../../core/effects.ts";
import { writeFileAtomic } from "../../../workspace/atomic.ts";
import { CANARY } from "../../../workspace/layout.ts";
import { isLive, stateOf, type Scene } from "./scene.ts";

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

/** Whether anything may still start: a job that has not ended, or an array that is yet to be submitted. */
export function isUnfinished(scene: Scene): boolean {
  return (
    countOutstanding(scene) > 0 || scene.jobs.some((job) => isLive(stateOf(job, scene.answer)))
  );
}
