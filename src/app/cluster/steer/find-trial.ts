import { readFileSync } from "node:fs";
import { BsweepError } from "../../../core/errors.ts";
import type { ManifestElement } from "../../../core/trial.ts";
import { parseManifestLine } from "../../../formats/manifest.ts";
import { ResultReader } from "../../local/pending.ts";
import { isLive, stateOf, type Elements, type Scene, type SteerableJob } from "./scene.ts";

/**
 * The elements in which trials wait or run, by job. A trial may have several: the canary's, a retry's.
 * @param trials numbers
 * @throws BsweepError USAGE for a trial that no round holds; CONFLICT for one that neither waits nor runs, is in a
 *   parallel job, or shares its element with others that have no result
 */
export function findTrialElements(
  scene: Scene,
  trials: readonly number[],
): ReadonlyMap<SteerableJob, readonly number[]> {
  const wanted = new Set(trials);
  const found = new Map<SteerableJob, number[]>();
  const planned = new Set<number>();
  const live = new Set<number>();
  for (const job of scene.jobs) {
    const elements = job.manifest === "" ? [] : elementsWith(job, wanted);
    const state = stateOf(job, scene.answer);
    for (const element of elements) {
      const own = element.trials.filter(({ number }) => wanted.has(number));
      for (const { number } of own) planned.add(number);
      if (!isLive(state)) continue;
      if (job.pool) throw inPool(own[0]?.number ?? 0, job);
      if (!isWaitingOrRunning(state, element.index)) continue;
      refuseOthers(job, element, wanted);
      for (const { number } of own) live.add(number);
      found.set(job, [...(found.get(job) ?? []), element.index]);
    }
  }
  requireAll(trials, planned, "USAGE", "no round holds");
  requireAll(trials, live, "CONFLICT", "the scheduler has no unfinished element with");
  return found;
}

function elementsWith({ manifest }: SteerableJob, trials: ReadonlySet<number>): ManifestElement[] {
  const names = [...trials].map((number) => `"number":${number},`);
  return readFileSync(manifest, "utf8")
    .split("\n")
    .flatMap((line, position) =>
      // Reading a line as JSON takes much longer than looking into it.
      names.some((name) => line.includes(name))
        ? [parseManifestLine(line, manifest, position + 1)]
        : [],
    )
    .filter((element) => element.trials.some(({ number }) => trials.has(number)));
}

function isWaitingOrRunning(elements: Elements, index: number): boolean {
  return (["pending", "held", "running", "suspended", "unknown"] as const).some((state) =>
    elements[state].includes(index),
  );
}

function inPool(trial: number, { name }: SteerableJob): BsweepError {
  return new BsweepError(
    "CONFLICT",
    `trial ${trial} is in ${name}, a parallel job whose tasks take the trials as they come`,
    { hint: "only the job as a whole can be ended: --array" },
  );
}

function refuseOthers(
  { name, resultFolder }: SteerableJob,
  { index, trials }: ManifestElement,
  wanted: ReadonlySet<number>,
): void {
  const results = new ResultReader();
  const others = trials.filter(
    (trial) => !wanted.has(trial.number) && results.find(resultFolder, trial) === undefined,
  );
  if (others.length === 0) return;
  const all = trials.filter((trial) => wanted.has(trial.number) || others.includes(trial));
  throw new BsweepError(
    "CONFLICT",
    `element ${index} of ${name} also runs ${others.length === 1 ? "trial" : "trials"} ${numbersOf(others).join(", ")}, without a result so far`,
    { hint: `to end them all: --trial ${numbersOf(all).join(" ")}` },
  );
}

const numbersOf = (trials: readonly { readonly number: number }[]): number[] =>
  trials.map(({ number }) => number);

function requireAll(
  trials: readonly number[],
  seen: ReadonlySet<number>,
  code: "USAGE" | "CONFLICT",
  complaint: string,
): void {
  const missing = trials.filter((number) => !seen.has(number));
  if (missing.length === 0) return;
  throw new BsweepError(code, `${complaint} trial ${missing.join(", ")}`, {
    hint: "bsweep status STUDY tells how far the study is, bsweep report STUDY what has a result",
  });
}
