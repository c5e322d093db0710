import { BsweepError } from "../../core/errors.ts";
import { formatCommand } from "../../core/shell.ts";
import type { ManifestElement, Trial } from "../../core/trial.ts";
import { ResultFinder } from "../../rounds/results.ts";
import { isLive, type Scene, stateOf, type SteerableJob } from "./scene.ts";

/** An element that holds trials which were asked for. */
export interface TrialElement {
  readonly job: SteerableJob;
  readonly element: ManifestElement;
  /** Of the trials asked for, those that it holds. */
  readonly trials: readonly number[];
  /** Of the element, or of its parallel job; null when nothing is left of it. */
  readonly state: "waiting" | "running" | "stopped" | "unknown" | null;
}

const STATES = [
  ["running", "running"],
  ["suspended", "stopped"],
  ["unknown", "unknown"],
  ["pending", "waiting"],
  ["held", "waiting"],
] as const;

/**
 * Every element with one of the trials. A trial may have several: the canary's, a retry's.
 * @param scene looked at with what is planned
 * @param trials numbers
 * @throws BsweepError USAGE for a trial that no round holds
 */
export function findElements(scene: Scene, trials: readonly number[]): readonly TrialElement[] {
  const wanted = new Set(trials);
  const found = scene.jobs.flatMap((job) => {
    const state = stateOf(job, scene.answer);
    return job.planned.flatMap((element): TrialElement[] => {
      const held = numbersOf(element.trials).filter((number) => wanted.has(number));
      const index = job.pool ? 0 : element.index;
      const [told] = isLive(state) ? STATES.filter(([name]) => state[name].includes(index)) : [];
      const shown = state === "hidden" ? "unknown" : (told?.[1] ?? null);
      return held.length === 0 ? [] : [{ job, element, trials: held, state: shown }];
    });
  });
  requireAll(scene, trials, found, "USAGE", "no round holds");
  return found;
}

/**
 * The elements in which trials wait or run, by job.
 * @throws BsweepError USAGE for a trial that no round holds; CONFLICT for one that neither waits nor runs, is in a
 *   parallel job, or shares its element with others that have no result
 */
export async function findTrialElements(
  scene: Scene,
  trials: readonly number[],
): Promise<ReadonlyMap<SteerableJob, readonly number[]>> {
  const live = findElements(scene, trials).filter(({ state }) => state !== null);
  for (const found of live) await refuseOthers(found);
  requireAll(scene, trials, live, "CONFLICT", "the scheduler has no unfinished element with");
  const jobs = new Map<SteerableJob, number[]>();
  for (const { job, element } of live) jobs.set(job, [...(jobs.get(job) ?? []), element.index]);
  return jobs;
}

async function refuseOthers({ job, element, trials: wanted }: TrialElement): Promise<void> {
  if (job.pool) {
    throw new BsweepError(
      "CONFLICT",
      `trial ${wanted.join(", ")} is in ${job.name}, a parallel job whose tasks take the trials as they come`,
      { hint: "only the job as a whole can be ended: --array" },
    );
  }
  const finder = new ResultFinder();
  const others: Trial[] = [];
  for (const trial of element.trials.filter(({ number }) => !wanted.includes(number)))
    if ((await finder.find([job.resultFolder], trial)) === undefined) others.push(trial);
  if (others.length === 0) return;
  const all = [...wanted, ...numbersOf(others)].sort((a, b) => a - b);
  throw new BsweepError(
    "CONFLICT",
    `element ${element.index} of ${job.name} also runs ${others.length === 1 ? "trial" : "trials"} ${numbersOf(others).join(", ")}, without a result so far`,
    { hint: `to end them all: --trial ${all.join(" ")}` },
  );
}

const numbersOf = (trials: readonly { readonly number: number }[]): number[] =>
  trials.map(({ number }) => number);

function requireAll(
  { study, unusable }: Scene,
  trials: readonly number[],
  found: readonly TrialElement[],
  code: "USAGE" | "CONFLICT",
  complaint: string,
): void {
  const seen = new Set(found.flatMap((each) => each.trials));
  const missing = trials.filter((number) => !seen.has(number));
  if (missing.length === 0) return;
  throw new BsweepError(code, `${complaint} trial ${missing.join(", ")}`, {
    hint:
      unusable[0]?.error.message ??
      `${formatCommand("bsweep", "status", study.file)} tells how far the study is, bsweep report what has a result`,
  });
}
