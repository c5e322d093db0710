import type { TestScore } from "../../formats/model-file.ts";

/** What `refit` made, or found made. */
export interface RefitReport {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly studyFile: string;
  /** In the order of the ranking, then by seed. */
  readonly models: readonly RefitModel[];
  /** Over the models that were judged on a test set; null without one. */
  readonly test: RefitTest | null;
  /** True when it was stopped; running it again goes on. */
  readonly interrupted: boolean;
  readonly seconds: number;
}

export interface RefitModel {
  readonly name: string;
  /** Null when the study left nothing to choose. */
  readonly trial: number | null;
  readonly seed: number;
  readonly epochs: number;
  readonly seconds: number;
  /** Whether it was there already. */
  readonly existed: boolean;
  readonly test: TestScore | null;
}

export interface RefitTest {
  readonly path: string;
  readonly rows: number;
  /** Mean of the single models' accuracies. */
  readonly meanAccuracy: number;
  /** Standard deviation between them, n - 1 below; null for one model. */
  readonly deviation: number | null;
  /** Of the class with the highest mean probability over all models; null for one model. */
  readonly ensemble: { readonly correct: number; readonly accuracy: number } | null;
}
