import type { Objective } from "../../core/study.ts";
import type { Untold } from "../comparison/comparison.ts";
import type { TrialOutcome } from "../trial-table.ts";
import type { SeenCounts } from "./seen-counts.ts";

/** How a search went, all of it of the present setting. What stopping early has saved, the ledger tells. */
export interface SearchReport {
  /** Choices of trials that chose when they started, as they were made. */
  readonly choices: readonly ReportedChoice[];
  /** Null where nothing is stopped early. */
  readonly pruning: ReportedPruning | null;
  /** What the sampler goes by; null where it goes by no such model. */
  readonly model: SearchModel | Untold | null;
  /** Why files of the search cannot be used. */
  readonly complaints: readonly string[];
}

/** One proposal: what it was made from, and what it came to. Replicates share the choice of one of them. */
export interface ReportedChoice {
  readonly number: number;
  /** ISO 8601 UTC. */
  readonly chosenAt: string;
  /** What reading and proposing took. */
  readonly seconds: number;
  readonly sampler: string;
  /** Whether too little was known for a model: then it lies far from all others. */
  readonly isSpread: boolean;
  readonly seen: SeenCounts & {
    /** Trials of before its round, or of elsewhere; null where its round is gone. */
    readonly earlier: number | null;
  };
  readonly state: TrialOutcome["state"];
  /** Of this trial alone; null where it has none. */
  readonly objective: number | null;
}

export interface ReportedPruning {
  readonly kind: string;
  /** What is compared at rungs. */
  readonly metric: string;
  readonly direction: Objective["direction"];
  /** By bracket and step. */
  readonly rungs: readonly ReportedRung[];
}

export interface ReportedRung {
  readonly bracket: number;
  /** The step. */
  readonly rung: number;
  readonly reached: number;
  readonly wentOn: number;
  /** What would be enough for the next one to come; null where anything would be. */
  readonly cut: number | null;
  /** By number. */
  readonly trials: readonly RungTrial[];
}

export interface RungTrial {
  readonly number: number;
  readonly value: number;
  readonly wentOn: boolean;
}

export interface SearchModel {
  /** Combinations that it is fitted to. */
  readonly fitted: number;
  /** The one that matters most first. */
  readonly lengths: readonly ModelledParameter[];
  /** What trials differ by from seed to seed, as a share of all that they differ by. */
  readonly noise: number;
  /** What it expects of the first rows of the ranking. */
  readonly best: readonly ExpectedTrial[];
}

export interface ModelledParameter {
  readonly name: string;
  /** How far apart values tell little of each other, as a part of the whole range; 1: any other value of a list of words. */
  readonly length: number;
  /** How little one end of the range tells of the other: 0 as much as of itself, 1 nothing. */
  readonly change: number;
  /** The same in a word. */
  readonly matters: "much" | "somewhat" | "little";
}

/** What the model says of a trial: not what it is ranked by. */
export interface ExpectedTrial {
  readonly number: number;
  /** As ranked. */
  readonly objective: number;
  /** Posterior mean and standard deviation of its rank, as a normal quantile: 0 is the median of all, 1 one deviation worse. */
  readonly mean: number;
  readonly deviation: number;
  /** Objective of that mean, and of one deviation to either side; null: that of a failed trial. */
  readonly expected: number | null;
  readonly worse: number | null;
  readonly better: number | null;
}
