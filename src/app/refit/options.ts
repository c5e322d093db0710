import type { PlanOptions } from "../plan/load-study.ts";

export interface RefitOptions extends PlanOptions {
  /** How many of the best trials. */
  readonly top: number;
  /** Trainings of each. */
  readonly seeds: number;
  /** Trainings at a time; by default as many as the cores allow at the study's `cpus`. */
  readonly workers?: number;
  /** Train again what is there. */
  readonly force: boolean;
  /** Aborts to stop, after checkpoints. */
  readonly signal: AbortSignal;
}
