import { formatCount } from "../../core/quantities.ts";
import {
  type Comparison,
  findLargest,
  type Member,
  scoreCandidates,
  type TieGroup,
  type Untold,
} from "./comparison.ts";
import { createRunReader } from "./correctness.ts";
import { compareOverRows } from "./over-rows.ts";
import { compareOverSeeds } from "./over-seeds.ts";

/**
 * Multiple comparisons with the best (Hsu, "Constrained simultaneous confidence intervals for multiple comparisons with
 * the best", Annals of Statistics 12, 1984): by stored predictions where the objective is the accuracy they have, else by
 * replicates.
 */
export function findTieGroup(
  comparison: Comparison,
  reader = createRunReader(comparison),
): TieGroup | Untold {
  const scores = scoreCandidates(comparison);
  const best = findLargest(scores);
  if (best < 0) return { reason: "no trial has a value of the objective" };
  if (scores.length < 2) return { reason: "there is only one row" };
  return (
    (reader === null ? null : compareOverRows(comparison, reader)) ??
    compareOverSeeds(comparison) ?? { reason: whyUntold(reader !== null) }
  );
}

function whyUntold(usesRows: boolean): string {
  return usesRows
    ? "the best has no stored hold-out predictions, and nothing was run with several seeds: run replicates"
    : "one run each and no hold-out predictions of this objective: run replicates";
}

/** `7 of 2,880 cannot be told from the best` */
export function describeTieGroup({ members, compared }: TieGroup): string {
  return members.length === 1
    ? `the best can be told from the other ${formatCount(compared - 1)}`
    : `${formatCount(members.length)} of ${formatCount(compared)} cannot be told from the best`;
}

/** What tells members apart where the objective does not; null: not known. */
interface Cost {
  readonly modelParameters: number | null;
  readonly seconds: number | null;
}

/**
 * The smallest or the fastest of the tie group; among equals the first of the ranking, which is also what remains where
 * none tells its cost.
 * @param costOf of the row at a place
 * @returns its place; undefined of no members
 */
export function simplest(
  members: readonly Pick<Member, "place">[],
  by: keyof Cost,
  costOf: (place: number) => Cost | undefined,
): number | undefined {
  const costAt = (place: number): number => costOf(place)?.[by] ?? Infinity;
  return members
    .map(({ place }) => place)
    .sort((a, b) => a - b)
    .reduce<number | undefined>(
      (found, place) => (found === undefined || costAt(place) < costAt(found) ? place : found),
      undefined,
    );
}
