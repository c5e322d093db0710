import { createHash } from "node:crypto";
import type { Parameters } from "./study.ts";
import type { Resource } from "./trial.ts";

/** Hex digits of a trial id: 64 bits, so a clash among a million trials has odds of 1 in 37 million. */
const TRIAL_ID_LENGTH = 16;

/** JSON with object keys in code-unit order and no blanks: one text for one value. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** SHA-256 in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** What a trial is: two trials with equal content are the same trial. */
export interface TrialContent {
  /** All parameters of the trainer, defaults filled in, so that spelling out a default changes nothing. */
  readonly params: Parameters;
  readonly studySeed: number;
  readonly replicate: number;
  readonly resource: Resource;
  /** Name and numerics revision: raised by hand when the same parameters would train otherwise. */
  readonly trainer: { readonly name: string; readonly revision: number };
  readonly datasetDigest: string;
  readonly holdout: { readonly fraction: number; readonly seed: number };
  readonly precision: "float32";
}

/** Contract 1: the leading hex of SHA-256 over canonical JSON of the content. */
export function computeTrialId(content: TrialContent): string {
  return sha256(canonicalJson(content)).slice(0, TRIAL_ID_LENGTH);
}
