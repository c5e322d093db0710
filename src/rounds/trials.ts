import type { ManifestElement } from "../core/trial.ts";
import { type Layout, parseResultName } from "../workspace/layout.ts";
import { listResultFiles } from "./result-files.ts";
import { listRounds, readElements, readRounds } from "./round.ts";

/** What earlier rounds of a study hold. */
export interface ExistingTrials {
  /** Trial id -> number. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Replicates of those that choose when they start, by slot. */
  readonly slots: ReadonlyMap<string, readonly number[]>;
  /** Ids with a plain file of a result's name; the content is not read. */
  readonly withResult: ReadonlySet<string>;
  /** 0 when there is none. */
  readonly highestNumber: number;
  readonly highestRound: number;
}

/**
 * Reads the manifests of all rounds, one after another, and the names of the result files.
 * @param before leaves out this round and later ones
 * @throws BsweepError INVALID_MANIFEST
 */
export function readExistingTrials(
  layout: Layout,
  study: string,
  before = Infinity,
): ExistingTrials {
  const numbers = new Map<string, number>();
  const slots = new Map<string, number[]>();
  let highestNumber = 0;
  for (const round of readRounds(layout, study).filter((each) => each.round < before)) {
    // One array in memory at a time.
    for (const array of round.arrays) {
      for (const trial of readElements(layout, round, array).flatMap(trialsOf)) {
        const { trialId, number, slot, replicate } = trial;
        if (slot !== undefined && !numbers.has(trialId))
          slots.set(slot, [...(slots.get(slot) ?? []), replicate]);
        numbers.set(trialId, number);
        highestNumber = Math.max(highestNumber, number);
      }
    }
  }
  const results = listResultFiles(layout.studyResults(study))
    .files.filter(({ round, isPlain }) => round < before && isPlain)
    .map(({ name }) => parseResultName(name)?.trialId);
  return {
    ...{ numbers, slots, highestNumber },
    withResult: new Set(results.filter((trialId) => trialId !== undefined)),
    highestRound: Math.max(0, ...listRounds(layout, study).filter((round) => round < before)),
  };
}

const trialsOf = ({ trials }: ManifestElement): ManifestElement["trials"] => trials;
