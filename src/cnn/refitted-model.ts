import type { CnnParameters } from "./parameters.ts";
import { type CnnPlan, type CnnProblem, planCnn } from "./shapes.ts";
import type { PackedFile } from "../core/dataset.ts";
import type { Precision } from "../core/study.ts";
import type { NumericsFingerprint } from "../core/trial.ts";

/**
 * A model trained on all rows, as `models/<study>/<name>/model.json` describes it. Its weights stand beside it
 * in safetensors form, a tensor for each variable of the planned layers (cnn.ts) under the variable's name:
 * `<layer>/kernel` [height, width, channels, filters] or [inputs, units], `<layer>/bias`, and of a
 * normalization `<layer>/gamma`, `/beta`, `/mean`, `/variance`; all float32.
 */
export interface RefittedModel {
  readonly schemaVersion: 1;
  readonly study: string;
  /** The folder's name: `trial-17-seed-1`. */
  readonly name: string;
  /** The trial whose parameters these are; null when the study left nothing to choose. */
  readonly trial: { readonly number: number; readonly trialId: string } | null;
  /** From 1; each is a training of its own. */
  readonly seed: number;
  /** What the trainer was given: a function of the study's seed, the parameters and `seed`. */
  readonly trainingSeed: number;
  readonly params: CnnParameters;
  readonly problem: CnnProblem;
  readonly epochs: number;
  readonly precision: Precision;
  /** The rows it was trained on. */
  readonly dataset: { readonly path: string; readonly digest: string; readonly rows: number };
  /** Of the rows that were looked at once, after training; null without a test set. */
  readonly test: TestScore | null;
  readonly seconds: number;
  readonly numerics: NumericsFingerprint;
  readonly weights: PackedFile;
  readonly bsweep: string;
}

export interface TestScore {
  readonly path: string;
  readonly digest: string;
  readonly rows: number;
  readonly correct: number;
  /** correct / rows. */
  readonly accuracy: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  readonly macroF1: number;
  /** Raw float32 [rows, classes], little-endian, beside the weights: for the mean over several models. */
  readonly probabilities: PackedFile;
}

/** The network of a model. @throws TypeError for parameters that its description would not have been read with */
export function planModel({ params, problem }: Pick<RefittedModel, "params" | "problem">): CnnPlan {
  const planning = planCnn(params, problem);
  if (!planning.ok) throw new TypeError(`there is no such network: ${planning.reason}`);
  return planning.plan;
}
