import { canonicalJson } from "./canonical-json.ts";
import { sha256, type TrialSetting } from "./identity.ts";
import { plural } from "./quantities.ts";
import type { Precision } from "./study.ts";

/**
 * What makes trials comparable, apart from parameters, replicate and epochs. Replicates are averaged, and trials ranked,
 * within one setting. The objective is not part of it: every result holds all metrics, and any of them may rank.
 */
export interface Setting {
  /** Name and revision: what the same parameters come to. */
  readonly trainer: { readonly name: string; readonly revision: number };
  readonly precision: Precision;
  /** "" where the trainer brings its own data. */
  readonly datasetDigest: string;
  /** The rows that all are judged on; without data both are 0, for then no seed decides about rows. */
  readonly holdout: { readonly fraction: number; readonly seed: number };
  /** So many of the other rows trials train and stop on; absent: all of them. */
  readonly rows?: number;
}

const HASH_LENGTH = 16;

/** The leading hex of SHA-256 over canonical JSON. */
export function hashSetting(setting: Setting): string {
  const { trainer, precision, datasetDigest, holdout, rows } = setting;
  const { name, revision } = trainer;
  const { fraction, seed } = holdout;
  const content = {
    ...{ precision, datasetDigest, rows },
    trainer: { name, revision },
    holdout: { fraction, seed },
  };
  return sha256(canonicalJson(content)).slice(0, HASH_LENGTH);
}

/** A setting as it stands in trial ids, with what else the trials of a study have in common. */
export function toTrialSetting(setting: Setting, studySeed: number, epochs: number): TrialSetting {
  const holdout = { fraction: setting.holdout.fraction, seed: studySeed };
  return { ...setting, studySeed, resource: { epochs }, holdout };
}

/** A setting that a study's trials were planned in. */
export interface PlannedSetting {
  /** Its hash. */
  readonly hash: string;
  /** Without trainer and precision where these were not written down (databases of bsweep 0.1.0). */
  readonly setting: Omit<Setting, "trainer" | "precision"> &
    Partial<Pick<Setting, "trainer" | "precision">>;
}

/** What differs between another setting and the present one, in words: none where they are the same. */
export function describeDifferences(
  { setting: other }: PlannedSetting,
  present: Setting,
): readonly string[] {
  const { trainer = present.trainer, precision = present.precision } = other;
  const { holdout, datasetDigest } = other;
  const hasOtherRows =
    holdout.fraction !== present.holdout.fraction || holdout.seed !== present.holdout.seed;
  return [
    ...(trainer.name === present.trainer.name ? [] : [`trainer ${trainer.name}`]),
    ...(trainer.revision === present.trainer.revision ? [] : [`version ${trainer.revision}`]),
    ...(precision === present.precision ? [] : [precision]),
    ...(datasetDigest === present.datasetDigest
      ? []
      : [`data ${datasetDigest.replace("sha256:", "").slice(0, 8) || "of the trainer's own"}`]),
    ...(other.rows === present.rows
      ? []
      : [other.rows === undefined ? "all rows" : plural(other.rows, "row")]),
    ...(hasOtherRows ? [`hold-out ${holdout.fraction}, seed ${holdout.seed}`] : []),
  ];
}
