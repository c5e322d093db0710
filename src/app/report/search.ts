import { BsweepError } from "../../core/errors.ts";
import type { Search } from "../../core/search.ts";
import type { Setting } from "../../core/setting.ts";
import type { Parameters, Study } from "../../core/study.ts";
import type { Round } from "../../formats/round-file.ts";
import { readUsableRounds } from "../../rounds/round.ts";
import { Choices } from "../../rounds/search/choices.ts";
import { readEarlierTrials } from "../../rounds/search/earlier.ts";
import { historyOf, type Known, readKnown } from "../../rounds/search/known.ts";
import { listRungs } from "../../rounds/search/rungs.ts";
import { SAMPLERS } from "../../samplers/index.ts";
import { FEWEST_ENDED } from "../../samplers/learner.ts";
import { describeSurrogate } from "../../stats/search/describe-model.ts";
import { describeRungs } from "../../stats/search/rungs.ts";
import type { SearchReport } from "../../stats/search/search-report.ts";
import type { SearchEvidence } from "../../stats/study-report.ts";
import type { StudyDatabase } from "../../storage/database.ts";
import { readPrunedSteps } from "../../storage/pruned-trials.ts";
import type { Layout } from "../../workspace/layout.ts";
import { describePruning } from "../search/pruning.ts";
import { nameWithin } from "../search/within.ts";
import { describeChoices, isEnough, type SearchedRound } from "./choices.ts";

interface SearchOptions {
  readonly study: Study;
  readonly layout: Layout;
  /** The study's present one. */
  readonly setting: Setting;
}

/** What is read of a search, and why something of it cannot be. */
interface Scene extends SearchOptions {
  /** What its trials have in common. */
  readonly within: string;
  /** The rounds that can be used, in order. */
  readonly rounds: readonly Round[];
  /** Gives what is read; otherwise, where that cannot be done, and says so. */
  readonly attempt: <T>(otherwise: T, read: () => T) => T;
  readonly complain: (complaints: readonly string[]) => void;
}

/**
 * How a search went, by what its trials have left; null of a study that neither searches nor stops trials early. What cannot
 * be read is left out, and that is told.
 */
export function readSearch(
  database: StudyDatabase,
  options: SearchOptions,
  evidence: SearchEvidence,
): SearchReport | null {
  const { study, layout, setting } = options;
  const complaints = new Set<string>();
  const complain = (more: readonly string[]): void => more.forEach((each) => complaints.add(each));
  const scene = {
    ...options,
    within: nameWithin(study, setting),
    rounds: readUsableRounds(layout, study.name, (round) => round).usable,
    attempt: createAttempt(complain),
    complain,
  };
  const searched = readSearched(scene, evidence);
  const pruning = readPruning(scene, database);
  if (searched === null && pruning === null) return null;
  const { choices = [], model = null } = searched ?? {};
  return { choices, pruning, model, complaints: [...complaints] };
}

function createAttempt(complain: Scene["complain"]): Scene["attempt"] {
  return (otherwise, read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof BsweepError)) throw error;
      complain([error.message]);
      return otherwise;
    }
  };
}

/** Null where no trial has chosen. */
function readSearched(
  scene: Scene,
  evidence: SearchEvidence,
): Pick<SearchReport, "choices" | "model"> | null {
  const { study, layout, within, attempt, complain } = scene;
  const made = attempt(null, () => new Choices(layout.choices(study.name)).readAll());
  const own = [...(made?.choices.values() ?? [])].filter((each) => each.within === within);
  if (own.length === 0) return null;
  complain(made?.complaints ?? []);
  const rounds = readSearchedRounds(scene);
  const latest = [...rounds.values()].at(-1);
  const known = attempt(null, () => {
    const asked = latest?.search ?? { within, history: "" };
    const read = readKnown(layout, study.name, asked, latest?.earlier ?? []);
    complain(read.complaints);
    return read.known;
  });
  const choices = describeChoices(own, known?.ended ?? [], { ...evidence, rounds });
  if (latest === undefined || known === null)
    return { choices, model: { reason: "its rounds are not here any more" } };
  return { choices, model: modelNow(known, latest.search, study, evidence) };
}

/** Rounds whose trials choose, by what was known before them; the latest is the last. */
function readSearchedRounds({
  layout,
  rounds,
  within,
  attempt,
}: Scene): ReadonlyMap<string, SearchedRound & { readonly search: Search }> {
  const searched = new Map<string, SearchedRound & { readonly search: Search }>();
  for (const round of rounds) {
    const { search } = round;
    if (search?.within !== within) continue;
    const earlier = attempt(null, () => readEarlierTrials(layout, round));
    searched.delete(search.history);
    searched.set(search.history, { search, earlier });
  }
  return searched;
}

/** What the sampler would go by if a trial chose now. */
function modelNow(
  known: Known,
  { space, set, sampler }: Search,
  { objective }: Study,
  { best }: SearchEvidence,
): SearchReport["model"] {
  const history = historyOf(known, set);
  const model = SAMPLERS[sampler.kind]?.model;
  if (model === undefined) return null;
  if (!isEnough({ space }, history))
    return { reason: `there is none before ${FEWEST_ENDED} combinations have ended` };
  const surrogate = model(space, history);
  if (surrogate === null) return null;
  const names = new Set(space.dimensions.map(({ name }) => name));
  const own = (params: Parameters): Parameters =>
    Object.fromEntries(Object.entries(params).filter(([name]) => names.has(name)));
  const rows = best.map(({ params, ...row }) => ({ ...row, params: own(params) }));
  return describeSurrogate(surrogate, rows, objective);
}

/** By the latest round whose trials are stopped early, else as the study has it; null where none are. */
function readPruning(scene: Scene, database: StudyDatabase): SearchReport["pruning"] {
  const { study, layout, setting, within, rounds, attempt } = scene;
  const latest = rounds.findLast(({ pruning }) => pruning?.within === within)?.pruning;
  const pruning = latest ?? describePruning(study, setting);
  if (pruning === undefined) return null;
  const folder = layout.rungs(study.name);
  const rungs = attempt([], () => listRungs({ folder, within }));
  return describeRungs(pruning, rungs, readPrunedSteps(database));
}
