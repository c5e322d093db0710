import type { DatasetHeader } from "../../core/dataset.ts";
import type { Effects } from "../../core/effects.ts";
import { sha256 } from "../../core/identity.ts";
import { dropAbsent } from "../../core/objects.ts";
import type { Search } from "../../core/search.ts";
import { hashSetting } from "../../core/setting.ts";
import type { Study } from "../../core/study.ts";
import { type EarlierTrial, formatSearchHistory } from "../../formats/search-history.ts";
import { listRounds } from "../../rounds/round.ts";
import { isLateBound } from "../../samplers/index.ts";
import { readBoundTrials } from "../../storage/bound-trials.ts";
import type { Layout } from "../../workspace/layout.ts";
import { collectFirst, quietly } from "../collect/collect-first.ts";
import { settingOf } from "../plan/setting.ts";
import { learnFrom } from "./earlier.ts";
import { readWarmStart } from "./warm-start.ts";
import { nameWithin } from "./within.ts";

/** What trials that choose when they start are given of their study, and what was known before them, as text. */
export interface OpenedSearch {
  readonly search: Search;
  readonly history: string;
}

/**
 * Undefined for a study whose trials have their parameters from the start.
 * @param header null for a command without data
 * @throws BsweepError INVALID_STUDY for trials to start from that are not there; else as collectFirst does
 */
export async function openSearch(
  study: Study,
  header: DatasetHeader | null,
  layout: Layout,
  effects: Effects,
): Promise<OpenedSearch | undefined> {
  const { sampler, space, trainer } = study;
  if (!isLateBound(sampler)) return undefined;
  const setting = settingOf(study, header);
  const earlier = [
    ...(await readWarmStart(study, layout, effects)),
    ...(await readEarlier(study, hashSetting(setting), layout, effects)),
  ];
  const history = formatSearchHistory(earlier);
  const { kind, seed, settings } = sampler;
  return {
    history,
    search: {
      sampler: { kind, seed, settings },
      ...{ space, set: trainer.set },
      within: nameWithin(study, setting),
      history: sha256(history),
      ...dropAbsent({ stop: study.stop }),
    },
  };
}

/** The study's own trials that did not choose: of a grid before the search, say. */
async function readEarlier(
  study: Study,
  setting: string,
  layout: Layout,
  effects: Effects,
): Promise<readonly EarlierTrial[]> {
  if (listRounds(layout, study.name).length === 0) return [];
  const { epochs } = study.trainer;
  const trials = await collectFirst({ study, layout }, quietly(effects), (database) =>
    readBoundTrials(database, setting, epochs),
  );
  const unfinished = trials.filter(({ state }) => state === null).length;
  if (unfinished > 0)
    effects.reporter.warn(
      `${unfinished} earlier trials have no result yet: what they will come to is not known to this round's`,
    );
  return trials.flatMap((trial) => learnFrom(trial, study));
}
