import type { Effects } from "../core/effects.ts";
import type { Setting } from "../core/setting.ts";
import { formatBest } from "../formats/best-file.ts";
import type { TrialOutcome } from "../stats/outcome.ts";
import type { PageAnswer, ReportPage } from "../stats/report-page.ts";
import { buildStudyReport, type StudyReport } from "../stats/study-report.ts";
import type { StudyDatabase } from "../storage/database.ts";
import { iterateDetails, readPageAttempts } from "../storage/page-rows.ts";
import { readSettings } from "../storage/rounds.ts";
import { packageVersion } from "../workspace/package.ts";
import { describeWinner } from "./best.ts";
import { tabulateAttempts } from "./page/attempts.ts";
import { listFailures } from "./page/failures.ts";
import { HistoryCollector } from "./page/histories.ts";
import { CONFUSIONS, HoldoutCounter, openHeldOut } from "./page/holdout.ts";
import { sumLedger } from "./page/ledger.ts";
import { listImportance, tabulateParameters } from "./page/parameters.ts";
import { describeProvenance } from "./page/provenance.ts";
import { showName } from "./page/text-table.ts";
import { tabulateMetrics, tabulateTrials } from "./page/trials.ts";
import {
  describeStudy,
  presentSetting,
  type ReadReportOptions,
  readStudy,
  readTrials,
  type ReportOptions,
} from "./report.ts";

/**
 * All that the HTML report shows.
 * @throws BsweepError CONFLICT when nothing was collected yet; STORAGE; INVALID_DATA
 */
export function reportPage(options: ReportOptions, effects: Effects): Promise<ReportPage> {
  return readStudy(options, effects, (database) => readPage(database, options));
}

function readPage(database: StudyDatabase, options: ReadReportOptions): ReportPage {
  const { study, layout } = options;
  const { settings, outcomes: all } = readTrials(database, options);
  const ranksAll = options.setting === "all";
  const outcomes = ranksAll ? all : all.filter(({ setting }) => setting === settings[0].setting);
  const report = buildStudyReport(describeStudy(study, settings), all, ranksAll);
  const places = new Map(outcomes.map(({ trialId }, place) => [trialId, place]));
  const attempts = readPageAttempts(database).filter(({ trialId }) => places.has(trialId));
  const setting = presentSetting(study, layout, readSettings(database));
  const { histories, holdout } = readDetails(database, places, {
    ...{ report, outcomes, setting },
    folder: study.data === null ? undefined : layout.resolve(study.data.train),
  });
  return {
    ...{ study: study.name, bsweep: packageVersion() },
    objective: { ...study.objective, metric: showName(study.objective.metric) },
    ...{ counts: report.counts, settings: settings.map(({ differences }) => differences) },
    answer: describeAnswer(options, report),
    trials: tabulateTrials(outcomes, report, attempts),
    parameters: tabulateParameters(outcomes, report, study.space),
    metrics: tabulateMetrics(outcomes, study.objective.metric),
    ...{ histories, holdout },
    importance: listImportance(report),
    attempts: tabulateAttempts(attempts, places),
    failures: listFailures(outcomes),
    ledger: sumLedger(attempts),
    provenance: describeProvenance(study, { report, setting, attempts, outcomes }),
  };
}

interface DetailsOptions {
  readonly report: StudyReport;
  readonly outcomes: readonly TrialOutcome[];
  readonly setting: Setting;
  readonly folder: string | undefined;
}

/** What is large of results, in one pass. */
function readDetails(
  database: StudyDatabase,
  places: ReadonlyMap<string, number>,
  { report, outcomes, setting, folder }: DetailsOptions,
): Pick<ReportPage, "histories" | "holdout"> {
  const histories = new HistoryCollector(outcomes.length);
  const held = openHeldOut(folder, setting);
  const present = report.settings[0]?.setting;
  const top = report.ranking.filter((row) => row.setting === present).slice(0, CONFUSIONS);
  const topPlaces = top.map(({ trialId }) => places.get(trialId) ?? -1);
  const counter = "reason" in held ? undefined : new HoldoutCounter(held, topPlaces);
  for (const { trialId, history, predictions } of iterateDetails(database)) {
    const place = places.get(trialId);
    if (place === undefined) continue;
    histories.add(place, history);
    if (predictions !== null && outcomes[place]?.setting === present)
      counter?.add(place, predictions);
  }
  const holdout = "reason" in held ? held : (counter?.finish() ?? { reason: "" });
  return { histories: histories.finish(), holdout };
}

function describeAnswer({ study }: ReadReportOptions, report: StudyReport): PageAnswer | null {
  const best = describeWinner(study, report);
  if (best === undefined) return null;
  const { number, trialId, objective, replicates, spread, interval, holdout } = best;
  return {
    ...{ number, trialId, objective, replicates, spread, interval, holdout },
    ...{ sharing: best.sharing, outside: best.outside, yaml: formatBest(best) },
  };
}
