import type { Effects } from "../core/effects.ts";
import {
  beginReport,
  buildStudyRanking,
  type Evidence,
  type RankedReport,
  type ReportedStudy,
  type StudyRanking,
  type StudyReport,
} from "../stats/study-report.ts";
import { type StudyDatabase, withDatabase } from "../storage/database.ts";
import {
  collectFirst,
  type CollectFirstOptions,
  requireDatabase,
} from "./collect/collect-first.ts";
import { explainChangedCommand } from "./plan/lints.ts";
import { defaultsOf, limitsOfParameter } from "../cnn/parameters.ts";
import { formatSpace } from "../formats/space/text.ts";
import { listNames } from "../core/space/conditions.ts";
import { createOutsideTest } from "../core/space/outside.ts";
import { BsweepError } from "../core/errors.ts";
import { describeDifferences, hashSetting, type Setting } from "../core/setting.ts";
import { dropAbsent } from "../core/objects.ts";
import { type Goals, isCnnStudy, type Study } from "../core/study.ts";
import { bestOf, nameBest, type NamedBest, rankTrials } from "../stats/rank.ts";
import {
  createFailureReader,
  createPredictionReader,
  readHistories,
  readMoments,
  readTrialTable,
} from "../storage/outcomes.ts";
import type { ReportedSetting } from "../stats/trial-counts.ts";
import type { TrialTable } from "../stats/trial-table.ts";
import { readSettings } from "../storage/rounds.ts";
import type { Layout } from "../workspace/layout.ts";
import { openPackedDataset } from "../workspace/packed-dataset.ts";
import { SettingLabels } from "./report/setting-labels.ts";
import { readLedger } from "./ledger.ts";
import { openHeldOut } from "./report/held-out.ts";
import { measureApart } from "./report/measure-apart.ts";
import { readSearch } from "./report/search.ts";
import { settingOf } from "./plan/setting.ts";

export interface ReportOptions extends ReadReportOptions {
  /** Collect first. */
  readonly collect: boolean;
}

/**
 * Ranks what the study has so far, and says what each parameter does.
 * @throws BsweepError CONFLICT when nothing was collected yet; STORAGE
 */
export function reportStudy(options: ReportOptions, effects: Effects): Promise<StudyReport> {
  return readStudy(options, effects, (database) => readReport(database, options));
}

/** The ranking alone, which is had sooner. @throws BsweepError as reportStudy does */
export function rankStudy(options: ReportOptions, effects: Effects): Promise<StudyRanking> {
  return readStudy(options, effects, (database) => {
    const { settings, table } = readTrials(database, options);
    const { study, setting, steps = false } = options;
    const told = buildStudyRanking(describeStudy(study, settings), table, setting === "all");
    return steps ? addSteps(told, database) : told;
  });
}

function addSteps<T extends StudyRanking>(told: T, database: StudyDatabase): T {
  const histories = readHistories(database);
  const ranking = told.ranking.map((row) => ({
    ...row,
    steps: row.trialIds.map((trialId) => ({ trialId, history: histories.get(trialId) ?? [] })),
  }));
  return { ...told, ranking };
}

/** Reads what the study has so far, and says what must be known of it. @throws BsweepError as reportStudy does */
export async function readStudy<T>(
  options: ReportOptions,
  effects: Effects,
  read: (database: StudyDatabase) => T | Promise<T>,
): Promise<T> {
  const { study, layout, lockMs } = options;
  const path = layout.database(study.name);
  const found = options.collect
    ? await collectFirst(options, effects, read)
    : await withDatabase(requireDatabase(path, study), "readonly", read, lockMs);
  const changed = explainChangedCommand(study, layout);
  if (changed !== undefined) effects.reporter.warn(changed);
  return found;
}

export interface ReadReportOptions extends CollectFirstOptions {
  /** Which trials are ranked: by default those of the study's present setting. */
  readonly setting?: "present" | "all";
  /** Whether the rows of the ranking tell their steps. */
  readonly steps?: boolean;
}

/** Ranks what the database holds of a study. @throws BsweepError INVALID_DATA when the data set cannot be used */
async function readReport(
  database: StudyDatabase,
  options: ReadReportOptions,
): Promise<StudyReport> {
  const trials = readTrials(database, options);
  const held = readHeldOut(options, trials);
  const { report } = await readRankedReport(database, options, trials, held);
  return options.steps === true ? addSteps(report, database) : report;
}

/** The same without steps, of what is read already. */
export async function readRankedReport(
  database: StudyDatabase,
  options: ReadReportOptions,
  trials: StudyTrials,
  held: ReturnType<typeof openHeldOut>,
): Promise<RankedReport> {
  const { study, setting = "present" } = options;
  const evidence = gatherEvidence(database, options, trials, held);
  const described = describeStudy(study, trials.settings);
  const { question, judge } = beginReport(described, trials.table, evidence, setting === "all");
  const measured = measureApart(question);
  const complete = judge();
  return complete(await measured());
}

/** What trials of the present setting are judged on. */
export function readHeldOut(
  { study, layout }: ReadReportOptions,
  { present }: StudyTrials,
): ReturnType<typeof openHeldOut> {
  return openHeldOut(study.data === null ? undefined : layout.resolve(study.data.train), present);
}

function gatherEvidence(
  database: StudyDatabase,
  { study, layout }: ReadReportOptions,
  { table, present }: StudyTrials,
  held: ReturnType<typeof openHeldOut>,
): Evidence {
  const { objective } = study;
  const explain = createFailureReader(database);
  const predict = createPredictionReader(database);
  const keyOf = (row: number): number => table.resultKeys[row] ?? NaN;
  return {
    explainFailure: (row) => explain(keyOf(row)),
    labels: "reason" in held ? held : held.labels,
    predictionsOf: (row) => predict(keyOf(row)),
    readLedger: (standings) =>
      readLedger(database, table, { name: study.name, objective, layout, standings }),
    readSearch: (found) => readSearch(database, { study, layout, setting: present }, found),
    momentsOf: () => {
      const moments = readMoments(database);
      return (row) => moments.get(keyOf(row));
    },
  };
}

function goalsOf({ objective, objectives, requirements }: Study): Goals {
  return { objective, ...dropAbsent({ objectives, requirements }) };
}

function describeStudy(study: Study, settings: readonly ReportedSetting[]): ReportedStudy {
  const explainOutside = createOutsideTest(study, defaultsOf(study));
  return {
    ...{ name: study.name, settings },
    ...goalsOf(study),
    space: listNames(study.space),
    explainOutside: ({ params, epochs }) => explainOutside(params, epochs),
    search: {
      space: study.space,
      limitsOf: (name) => (isCnnStudy(study) ? limitsOfParameter(name) : undefined),
      formatSpace: (space) => formatSpace(space, { knowsIntegers: isCnnStudy(study) }),
    },
  };
}

/** The best trial, which every command that names one takes from here. */
export function readBest(database: StudyDatabase, options: ReadReportOptions): NamedBest | null {
  const { settings, table } = readTrials(database, options);
  const best = bestOf(rankTrials(table, options.study, settings[0].setting));
  return best === undefined ? null : nameBest(best);
}

interface StudyTrials {
  /** The setting that the study has now. */
  readonly present: Setting;
  /** All in which trials were planned, the present one first. */
  readonly settings: readonly [ReportedSetting, ...ReportedSetting[]];
  readonly table: TrialTable;
}

/** Every planned trial, and the settings they were planned in. @throws BsweepError INVALID_DATA */
export function readTrials(
  database: StudyDatabase,
  { study, layout }: ReadReportOptions,
): StudyTrials {
  const planned = readSettings(database);
  const present = presentSetting(study, layout, planned);
  const hash = hashSetting(present);
  const known = planned.map((each) => ({
    setting: each.hash,
    differences: describeDifferences(each, present),
  }));
  const labels = new SettingLabels(hash, known, study.trainer.epochs);
  const table = readTrialTable(database, (each, epochs) => labels.labelOf(each, epochs));
  return { present, settings: labels.list(), table };
}

/** Where the data set is gone, what was planned last is taken for the present one. */
function presentSetting(
  study: Study,
  layout: Layout,
  planned: ReturnType<typeof readSettings>,
): Setting {
  if (study.data === null) return settingOf(study, null);
  try {
    return settingOf(study, openPackedDataset(layout.resolve(study.data.train)).header);
  } catch (error) {
    const latest = planned[0]?.setting;
    if (!(error instanceof BsweepError) || latest === undefined) throw error;
    const { datasetDigest: digest, rows } = latest;
    // How many a fraction is of is not known any more.
    const present = settingOf(study, { digest, count: Infinity });
    return dropAbsent({ ...present, rows: study.data.rows === undefined ? undefined : rows });
  }
}
