import { hash } from "node:crypto";
import type { CanonicalText } from "./canonical-json.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Parameters, Precision } from "./study.ts";
import type { Resource } from "./trial.ts";

/** Hex digits of a trial id: 64 bits, so a clash among a million trials has odds of 1 in 37 million. */
const TRIAL_ID_LENGTH = 16;

/** SHA-256 in hex. */
export function sha256(data: string | Uint8Array): string {
  return hash("sha256", data);
}

/** What the trials of a study have in common, and what would make each another trial. */
export interface TrialSetting {
  readonly studySeed: number;
  readonly resource: Resource;
  /** Name and numerics revision: raised by hand when the same parameters would train otherwise. */
  readonly trainer: { readonly name: string; readonly revision: number };
  readonly datasetDigest: string;
  readonly holdout: { readonly fraction: number; readonly seed: number };
  /** Absent: all rows that are not held out. */
  readonly rows?: number;
  readonly precision: Precision;
}

/** What a trial is: two trials with equal content are the same trial. */
interface TrialContent {
  /** All parameters of the trainer, defaults filled in, so that spelling out a default changes nothing. */
  readonly params: Parameters | CanonicalText;
  readonly replicate: number;
  readonly setting: TrialSetting | CanonicalText;
}

/** Contract 1: the leading hex of SHA-256 over canonical JSON of the content. */
export function computeTrialId(content: TrialContent): string {
  return sha256(canonicalJson(content)).slice(0, TRIAL_ID_LENGTH);
}

/**
 * The id of a trial that chooses its parameters when it starts: of its place in the study's search, which is what it is
 * until then. Another sampler, or more trials, leave it as it is.
 * @param place from 1
 */
export function computeOpenTrialId(content: {
  readonly place: number;
  readonly replicate: number;
  readonly setting: TrialSetting | CanonicalText;
}): string {
  return sha256(canonicalJson(content)).slice(0, TRIAL_ID_LENGTH);
}
