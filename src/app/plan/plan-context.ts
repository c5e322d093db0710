import type { DatasetHeader } from "../../core/dataset.ts";
import { BsweepError } from "../../core/errors.ts";
import type { Site } from "../../core/site.ts";
import type { Study } from "../../core/study.ts";
import type { Trial } from "../../core/trial.ts";
import type { Layout } from "../../workspace/layout.ts";
import { openPackedDataset } from "../../workspace/packed-dataset.ts";
import { loadSiteOf } from "../site/load-site.ts";
import { Choices } from "../../rounds/search/choices.ts";
import { isLateBound } from "../../samplers/index.ts";
import { readExistingTrials, type ExistingTrials } from "../../rounds/trials.ts";
import { loadStudy, type LoadedStudy, type PlanOptions } from "./load-study.ts";
import { createIdentifier, proposeTrials } from "./propose.ts";
import { requireRows } from "./setting.ts";

/** Everything that decides which trials come next. `plan` counts them, `generate` writes them. */
export interface PlanContext extends LoadedStudy {
  /** Null for a command without data. */
  readonly header: DatasetHeader | null;
  readonly site: Site;
  readonly existing: ExistingTrials;
  /** Ids that trials would have with the parameters that others have chosen: they are run already. */
  readonly chosen: ReadonlySet<string>;
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
  if (train !== null) requireRows(study, train.header);
  const existing = readExistingTrials(layout, study.name);
  const header = train?.header ?? null;
  const chosen = listChosen(study, header, existing, layout);
  return { ...loaded, site, header, existing, chosen };
}

/** Of the study's present setting, which their slots are of. */
function listChosen(
  study: Study,
  header: DatasetHeader | null,
  { slots }: ExistingTrials,
  layout: Layout,
): ReadonlySet<string> {
  if (slots.size === 0 || isLateBound(study.sampler)) return new Set();
  const { choices } = new Choices(layout.choices(study.name)).readAll([...slots.keys()]);
  const identify = createIdentifier(study, header);
  const contents = [...choices.values()].flatMap(({ slot, params, content }) => {
    const idOf = (replicate: number): string => identify({ params, replicate });
    return idOf(0) === content ? (slots.get(slot) ?? []).map(idOf) : [];
  });
  return new Set(contents);
}

/** Whether a round has the trial already, or one that has chosen the same parameters. */
export function isPlanned({ existing, chosen }: Pick<PlanContext, "existing" | "chosen">) {
  return (trialId: string): boolean => existing.numbers.has(trialId) || chosen.has(trialId);
}

/**
 * The trials of the next round: those no earlier round holds, in the order proposed, numbered on from
 * the highest number ever given. Lazy.
 * @param most ends after so many
 */
export function* newTrials(context: PlanContext, most = Infinity): Generator<Trial> {
  const { study, header, existing } = context;
  const isKnown = isPlanned(context);
  let number = existing.highestNumber;
  for (const proposed of proposeTrials(study, header)) {
    if (number - existing.highestNumber >= most) return;
    if (proposed.kind !== "trial" || isKnown(proposed.trialId)) continue;
    const { trialId, params, replicate, seed, resource, slot } = proposed;
    const trial = { number: ++number, trialId, params, replicate, seed, resource, attempt: 1 };
    yield slot === undefined ? trial : { ...trial, slot };
  }
}
