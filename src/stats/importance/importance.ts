import type { Objective } from "../../core/study.ts";
import type { SearchedParameter } from "./cell-grid.ts";
import { measureFanova, type VarianceImportance } from "./fanova.ts";
import { measurePedAnova } from "./ped-anova.ts";
import type { Share } from "./share.ts";

/** How much a parameter matters. */
export interface ParameterImportance {
  /** What it explains alone of the objective's variance over the search space (fanova.ts). */
  readonly variance: Share;
  /** Its part in what tells the best tenth from all (ped-anova.ts); these shares add up to 1. */
  readonly best: Share;
  /** Whether either is; where nothing matters that happens to any parameter in one study of twenty. */
  readonly isBeyondChance: boolean;
}

export interface StudyImportance {
  /** For each parameter. */
  readonly parameters: readonly ParameterImportance[];
  /** What two explain together beyond what both do alone; the largest share first. */
  readonly pairs: readonly VarianceImportance[];
}

/** What `measureImportance` takes. */
export interface ImportanceQuestion {
  readonly parameters: readonly SearchedParameter[];
  /** A row each. */
  readonly objectives: Float64Array;
  readonly direction: Objective["direction"];
}

/** Fewer rows tell nothing. */
const LEAST_ROWS = 4;

/**
 * @param objectives a row each
 * @returns null with too few rows that have a finite objective, or where these are all equal
 */
export function measureImportance(
  parameters: readonly SearchedParameter[],
  objectives: Float64Array,
  direction: Objective["direction"],
): StudyImportance | null {
  const finite = objectives.filter((value) => Number.isFinite(value));
  if (finite.length < LEAST_ROWS || finite.every((value) => value === finite[0])) return null;
  const { mains, pairs } = measureFanova(parameters, objectives);
  const tops = measurePedAnova(parameters, objectives, direction);
  return {
    parameters: parameters.map((_, at): ParameterImportance => {
      const [variance, best] = [shareOf(mains[at]), shareOf(tops[at])];
      return { variance, best, isBeyondChance: variance.isBeyondChance || best.isBeyondChance };
    }),
    pairs: [...pairs].sort((a, b) => b.share - a.share),
  };
}

function shareOf(found: Share | undefined): Share {
  const { share = 0, interval = { low: 0, high: 0 }, isBeyondChance = false } = found ?? {};
  return { share, interval, isBeyondChance };
}
