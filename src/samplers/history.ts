import { createOutsideTest } from "../core/space/outside.ts";
import type { Parameters, ParameterValue, SearchSpace } from "../core/study.ts";
import type { Candidates } from "./candidate.ts";
import type { History } from "./sampler.ts";

/** What became of a trial: a loss, Infinity where it failed or told no number. */
export interface Outcome {
  readonly loss: number;
  /** Of one that was stopped early, instead of a loss. */
  readonly quantile?: number | undefined;
  /** Part of its training that it saw. */
  readonly share: number;
}

/** One combination of a history. */
export interface Known {
  readonly key: string;
  readonly params: Parameters;
  /** One for each of its trials that has ended; none while all run. */
  readonly outcomes: Outcome[];
}

/** Nothing but the space counts: a sampler knows no trainer. */
const ANY_TRAINER = { kind: "command", command: [], version: 1, epochs: 0, set: {} } as const;

export function keyOf(params: Parameters): string {
  return JSON.stringify(params);
}

/** Tells whether a combination has every parameter that the space asks for, each with a value of its own, and no other one, and breaks no constraint. */
export function createSpaceTest(space: SearchSpace): (params: Parameters) => boolean {
  const explain = createOutsideTest({ space, trainer: ANY_TRAINER });
  return (params) => explain(params, 0) === null;
}

/** A history by combination, in the order in which they came; what is not of the space is left out. */
export function readHistory(
  space: SearchSpace,
  history: History,
  candidates: Candidates,
): ReadonlyMap<string, Known> {
  const found = new Map<string, Known>();
  const isOfSpace = createSpaceTest(space);
  for (const { params: told, state, loss, share, quantile } of history) {
    if (!isOfSpace(told)) continue;
    const params = candidates.make(({ name }) => told[name] as ParameterValue);
    const key = keyOf(params);
    const known = found.get(key) ?? { key, params, outcomes: [] };
    found.set(key, known);
    if (state === "running") continue;
    const isUsable = state !== "failed" && loss !== null && Number.isFinite(loss);
    const part = share > 0 && share <= 1 ? share : 1;
    const isPruned = state === "pruned";
    known.outcomes.push({
      loss: isUsable ? loss : Infinity,
      quantile: isPruned ? quantile : undefined,
      share: isPruned ? part : 1,
    });
  }
  return found;
}
