import type { Parameters } from "../core/study.ts";
import type { PlanOptions } from "./plan/load-study.ts";
import { newTrials, openPlan } from "./plan/plan-context.ts";

/** A trial of the next round. */
export interface ListedTrial {
  readonly number: number;
  readonly trialId: string;
  /** Null of one that chooses them when it starts. */
  readonly params: Parameters | null;
  readonly replicate: number;
  readonly seed: number;
}

/**
 * The first trials that the next round would hold, in their order, as they would be numbered. Writes nothing.
 * @throws BsweepError as planStudy does
 */
export function listTrials(options: PlanOptions, most: number): readonly ListedTrial[] {
  return Array.from(
    newTrials(openPlan(options), most),
    ({ number, trialId, params, replicate, seed, slot }) => ({
      ...{ number, trialId, params: slot === undefined ? params : null, replicate, seed },
    }),
  );
}
