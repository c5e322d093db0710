import { randomFor } from "../../core/random.ts";
import { countUnconstrained, listCombinations } from "../../core/space/combinations.ts";
import { createConstraintTest } from "../../core/space/constraints.ts";
import type { Parameters, SearchSpace } from "../../core/study.ts";
import { Candidates } from "../../samplers/candidate.ts";

/** What constraints leave out of a space. */
export interface Excluded {
  /** Combinations without constraints that were looked at: all there are, or so many drawn ones. */
  readonly combinations: number;
  readonly isAll: boolean;
  /** By the first one that each breaks, in the order of the study file. */
  readonly constraints: readonly ExcludedBy[];
}

export interface ExcludedBy {
  readonly expression: string;
  readonly combinations: number;
  /** One of them; null where there is none. */
  readonly example: Parameters | null;
}

/** Spaces of no more combinations are gone through. */
const MOST_LISTED = 1_000_000;
const DRAWN = 10_000;

/** Null for a space without constraints. */
export function countExcluded(space: SearchSpace): Excluded | null {
  if (space.constraints.length === 0) return null;
  const free = { ...space, constraints: [] };
  const isAll = countUnconstrained(space) <= MOST_LISTED;
  const breaks = createConstraintTest(space);
  const counts = new Map(
    space.constraints.map(({ expression }) => [
      expression,
      { expression, combinations: 0, example: null as Parameters | null },
    ]),
  );
  let combinations = 0;
  for (const params of isAll ? listCombinations(free) : drawMany(free)) {
    combinations++;
    const found = counts.get(breaks(params)?.expression ?? "");
    if (found === undefined) continue;
    found.combinations++;
    found.example ??= params;
  }
  return { combinations, isAll, constraints: [...counts.values()] };
}

function* drawMany(space: SearchSpace): Generator<Parameters> {
  const [candidates, random] = [new Candidates(space), randomFor(0, "excluded")];
  for (let drawn = 0; drawn < DRAWN; drawn++) yield candidates.draw(random);
}
