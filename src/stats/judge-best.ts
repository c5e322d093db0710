import type { Objective } from "../core/study.ts";
import {
  type Comparison,
  type CorrectedEstimate,
  isUntold,
  type TieGroup,
  type Untold,
} from "./comparison/comparison.ts";
import { createRunReader } from "./comparison/correctness.ts";
import { correctBest } from "./comparison/corrected-estimate.ts";
import { describeTieGroup, findTieGroup } from "./comparison/tie-group.ts";
import type { Measurements } from "./measurements.ts";
import type { Interval } from "./moments.ts";
import { HOLDOUT_ACCURACY } from "./outcome.ts";
import type { Ranking } from "./rank.ts";
import type { TrialTable } from "./trial-table.ts";

/** A row of the ranking that cannot be told from the best. */
interface ReportedMember {
  /** Its trial. */
  readonly number: number;
  /** Place in the ranking of the present setting, from 1. */
  readonly place: number;
  /** How much better it is than the best of all others, in units of the objective; null: nothing tells. */
  readonly difference: Interval | null;
}

export interface ReportedTieGroup extends Omit<TieGroup, "members"> {
  /** `7 of 2,880 cannot be told from the best` */
  readonly sentence: string;
  /** Best first. */
  readonly members: readonly ReportedMember[];
}

/** What trials predicted on the hold-out that all of a setting share. */
export interface RowPredictions {
  /** Its true classes, or why they are not known. */
  readonly labels: Uint8Array | Untold;
  /** By a row of the table; null where none are stored. */
  readonly predictionsOf: (row: number) => Uint8Array | null;
}

/** The ranking of one setting. */
interface Ranked {
  readonly ranking: Ranking;
  readonly table: TrialTable;
  readonly measured: Measurements;
  readonly objective: Objective;
}

/** Which rows may be the best one, and what the best is worth. */
export function judgeBest(
  ranked: Ranked,
  predictions: RowPredictions,
): {
  readonly tieGroup: ReportedTieGroup | Untold;
  readonly corrected: CorrectedEstimate | Untold;
} {
  const { ranking, table } = ranked;
  const comparison = compare(ranked, predictions);
  // Both ask for much the same predictions.
  const reader = createRunReader(comparison);
  const group = findTieGroup(comparison, reader);
  const { labels } = predictions;
  const why = isUntold(labels) && ranked.objective.metric === HOLDOUT_ACCURACY ? labels.reason : "";
  const corrected = correctBest(comparison, reader);
  const numberAt = (place: number): number => table.numbers[ranking.firsts[place] ?? 0] ?? NaN;
  return {
    tieGroup: isUntold(group)
      ? { reason: [group.reason, why].filter((part) => part !== "").join("; ") }
      : {
          ...group,
          sentence: describeTieGroup(group),
          members: group.members.map(({ place, difference }) => ({
            ...{ number: numberAt(place), place: place + 1, difference },
          })),
        },
    corrected,
  };
}

function compare(
  { ranking, measured, objective }: Ranked,
  { labels, predictionsOf }: RowPredictions,
): Comparison {
  const isAccuracy = objective.metric === HOLDOUT_ACCURACY && !isUntold(labels);
  const rowOf = (place: number, replicate: number): number => ranking.rowsAt(place)[replicate] ?? 0;
  return {
    candidates: Array.from(ranking.firsts, (_, place) => ({
      values: Array.from(ranking.rowsAt(place), (row) => measured.objective[row] ?? NaN),
    })),
    direction: objective.direction,
    holdout: isAccuracy
      ? { labels, read: (place, replicate) => predictionsOf(rowOf(place, replicate)) }
      : null,
  };
}
