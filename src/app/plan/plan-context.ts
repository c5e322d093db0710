import type { DatasetHeader } from "../../core/dataset.ts";
import { BsweepError } from "../../core/errors.ts";
import type { Site } from "../../core/site.ts";
import type { Trial } from "../../core/trial.ts";
import { openPackedDataset } from "../../workspace/packed-dataset.ts";
import { loadSiteOf } from "../site/load-site.ts";
import { readExistingTrials, type ExistingTrials } from "../../rounds/trials.ts";
import { loadStudy, type LoadedStudy, type PlanOptions } from "./load-study.ts";
import { proposeTrials } from "./propose.ts";

/** Everything that decides which trials come next. `plan` counts them, `generate` writes them. */
export interface PlanContext extends LoadedStudy {
  /** Null for a command without data. */
  readonly header: DatasetHeader | null;
  readonly site: Site;
  readonly existing: ExistingTrials;
}

/**
 * Reads the study, its site, the header of its data set and its earlier rounds; writes nothing.
 * @param loaded the study, where it was read already
 * @throws BsweepError INVALID_STUDY, INVALID_SITE, INVALID_DATA, INVALID_MANIFEST
 */
export function openPlan(options: PlanOptions, loaded = loadStudy(options)): PlanContext {
  const { study } = loaded;
  const site = loadSiteOf(study);
  const { layout } = options;
  const train = study.data && openPackedDataset(layout.resolve(study.data.train));
  if (train?.header.classes === 0) {
    const message = `the data set in ${train.folder} has no labels to train on`;
    const hint = "name one with labels under data.train; rows to be predicted have none";
    throw new BsweepError("INVALID_DATA", message, { hint });
  }
  const existing = readExistingTrials(layout, study.name);
  return { ...loaded, site, header: train?.header ?? null, existing };
}

/**
 * The trials of the next round: those no earlier round holds, in the order proposed, numbered on from
 * the highest number ever given. Lazy.
 * @param most ends after so many
 */
export function* newTrials(
  { study, header, existing }: PlanContext,
  most = Infinity,
): Generator<Trial> {
  let number = existing.highestNumber;
  for (const proposed of proposeTrials(study, header)) {
    if (number - existing.highestNumber >= most) return;
    if (proposed.kind !== "trial" || existing.numbers.has(proposed.trialId)) continue;
    const { trialId, params, replicate, seed, resource } = proposed;
    yield { number: ++number, trialId, params, replicate, seed, resource, attempt: 1 };
  }
}
