import type { NamedBest } from "../../stats/rank.ts";

/** What `bsweep local` did. */
export interface LocalSummary {
  readonly study: string;
  readonly studyFile: string;
  /** Trials that had a valid result before. */
  readonly skipped: number;
  readonly done: number;
  readonly failed: number;
  /** Trials still without a result. */
  readonly left: number;
  /** The study's, over all calls; null when nothing is ranked, or nothing was run. */
  readonly best: NamedBest | null;
  readonly workers: number;
  readonly seconds: number;
  /** Sum over the trials: what one after another would have taken. */
  readonly trialSeconds: number;
  readonly interrupted: boolean;
}
