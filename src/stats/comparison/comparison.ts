import type { Objective } from "../../core/study.ts";
import { type Interval, mean } from "../moments.ts";

/** A row of a ranking, as far as comparing needs it. */
export interface Candidate {
  /** Objective of each complete replicate, at least one. */
  readonly values: readonly number[];
}

/** What all trials of a setting predicted on the same hold-out. */
export interface HoldoutPredictions {
  /** The class of each row, in the order of the split. */
  readonly labels: Uint8Array;
  /**
   * The predicted class of each row by one replicate, counted as in `Candidate.values`; null where none is stored. Asked
   * for those near the best only, once each, so it may read a file or a database, and use one buffer again and again.
   */
  readonly read: (candidate: number, replicate: number) => Uint8Array | null;
}

/** The rows of a ranking of one setting, and what tells them apart. */
export interface Comparison {
  /** In the order of the ranking, best first; their places name them in every answer. */
  readonly candidates: readonly Candidate[];
  readonly direction: Objective["direction"];
  /** Where the objective is the accuracy on this hold-out, so that a replicate's value is its share of right rows; else null. */
  readonly holdout: HoldoutPredictions | null;
}

/** One row of a ranking that cannot be told from the best. */
export interface Member {
  /** Its place in the ranking. */
  readonly place: number;
  /**
   * How much better it is than the best of all others, in units of the objective; above 0 is better in either direction.
   * All members' intervals hold at once, but for one study in twenty. Null where its predictions are not stored: then it
   * is a member because nothing tells it apart.
   */
  readonly difference: Interval | null;
}

/** Which rows of a ranking may be the best one, as far as can be told. */
export interface TieGroup {
  /** By place; the first of the ranking is one of them. */
  readonly members: readonly Member[];
  /** Rows compared: all of the ranking. */
  readonly compared: number;
  /** Which chance was looked at. `rows`: other rows with the same seeds. `seeds`: other seeds with the same rows. */
  readonly over: "rows" | "rows and seeds" | "seeds";
  /** How often the true best is left out, at the most. */
  readonly level: number;
}

export const FAMILY_LEVEL = 0.05;

/** The best of a ranking, freed of the luck for which it was picked. */
export interface CorrectedEstimate {
  /** Place of the best. */
  readonly place: number;
  /** What the ranking says of it, which is too good on the average. */
  readonly ranked: number;
  readonly estimate: number;
  /** 95 % */
  readonly interval: Interval;
  /** Whose luck was taken off: that with the rows, with the rows and the seeds, or with the seeds alone. */
  readonly over: "rows" | "rows and seeds" | "seeds";
  /** Candidates near the best that could not take part, for their predictions are not stored. */
  readonly unread: number;
}

/** Why a question has no answer, in words that can follow a colon. */
export interface Untold {
  readonly reason: string;
}

export function isUntold(answer: object): answer is Untold {
  return "reason" in answer;
}

/** Mean of each candidate's replicates, turned so that more is better; -Infinity where that is no number. */
export function scoreCandidates({ candidates, direction }: Comparison): Float64Array {
  const sign = direction === "maximize" ? 1 : -1;
  return Float64Array.from(candidates, ({ values }) => {
    const score = sign * mean(values);
    return Number.isFinite(score) ? score : -Infinity;
  });
}

/** Place of the first of the largest; -1 of none. */
export function findLargest(values: Float64Array): number {
  let best = -1;
  for (const [place, value] of values.entries()) {
    if (value > -Infinity && (best < 0 || value > (values[best] ?? 0))) best = place;
  }
  return best;
}
