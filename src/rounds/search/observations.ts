import { join } from "node:path";
import { quantileOf } from "../../core/pruning.ts";
import type { TrialObservation } from "../../core/search.ts";
import { type Objective, toLoss } from "../../core/study.ts";
import type { TrialResult } from "../../core/trial.ts";
import { complainOf, formatSearchFile, parseObservation } from "../../formats/search-files.ts";
import { writeFileOnce } from "../../workspace/atomic.ts";
import { listFolder, readPlainFile } from "../../workspace/folder.ts";

const NAME = /^([0-9a-f]{16})\.([1-9]\d*)\.json$/;

/** Tells those that choose later how a trial has ended. Whoever did so before has told the same. @throws BsweepError WORKSPACE */
export function writeObservation(folder: string, observation: TrialObservation): void {
  const { trialId, attempt } = observation;
  writeFileOnce(join(folder, `${trialId}.${attempt}.json`), formatSearchFile(observation));
}

/**
 * What a result tells those that choose later; undefined for a trial that was skipped.
 * @param isWanted whether it keeps to what the study requires; one that does not is as good as failed
 */
export function observe(
  result: TrialResult,
  within: string,
  objective: Objective,
  isWanted: boolean,
): TrialObservation | undefined {
  const { number, trialId, slot, attempt, params, state, resource, timing, usage } = result;
  if (state === "skipped") return undefined;
  const value = isWanted ? lastValue(result) : null;
  const evidence = result.earlyEnd?.evidence;
  return {
    schemaVersion: 1,
    ...{ number, trialId, slot: slot ?? null, attempt, params, within },
    state: isWanted ? state : "failed",
    loss: toLoss(value, objective),
    quantile: evidence && quantileOf(evidence),
    share: Math.min(1, stepsOf(result) / resource.epochs),
    cpuSeconds: usage.cpuSeconds ?? timing.seconds,
    endedAt: new Date(Date.parse(timing.startedAt) + timing.seconds * 1000).toISOString(),
  };
}

function lastValue({ objective, earlyEnd }: TrialResult): number | null {
  return objective ?? earlyEnd?.value ?? null;
}

function stepsOf({ state, earlyEnd, resource }: TrialResult): number {
  return state === "pruned" ? Math.max(1, earlyEnd?.step ?? 1) : resource.epochs;
}

/** What trials have told, in no order; why, for files that cannot be used. @throws BsweepError WORKSPACE */
export function readObservations(folder: string): {
  readonly observations: readonly TrialObservation[];
  readonly complaints: readonly string[];
} {
  const observations: TrialObservation[] = [];
  const complaints: string[] = [];
  for (const name of listFolder(folder)) {
    const [, trialId, attempt] = NAME.exec(name) ?? [];
    if (trialId === undefined) continue;
    const path = join(folder, name);
    try {
      const found = parseObservation(readPlainFile(path), path);
      if (found.trialId === trialId && found.attempt === Number(attempt)) observations.push(found);
      else complaints.push(`${path} is of ${found.trialId}, attempt ${found.attempt}`);
    } catch (error) {
      complaints.push(complainOf(path, error));
    }
  }
  return { observations, complaints };
}
