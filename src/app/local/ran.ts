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
  /** Best objective of this call; null when there is none. */
  readonly best: number | null;
  readonly workers: number;
  readonly seconds: number;
  /** Sum over the trials: what one after another would have taken. */
  readonly trialSeconds: number;
  readonly interrupted: boolean;
}
