import type { Parameters } from "../../core/study.ts";
import { newTrials, type PlanContext } from "./plan-context.ts";

/** A trial of the next round. */
export interface ListedTrial {
  readonly number: number;
  readonly trialId: string;
  /** Null of one that chooses them when it starts. */
  readonly params: Parameters | null;
  readonly replicate: number;
  readonly seed: number;
}

/** The first trials that the next round would hold, in their order, as they would be numbered. */
export function listTrials(context: PlanContext, most: number): readonly ListedTrial[] {
  return Array.from(
    newTrials(context, most),
    ({ number, trialId, params, replicate, seed, slot }) => ({
      ...{ number, trialId, params: slot === undefined ? params : null, replicate, seed },
    }),
  );
}
