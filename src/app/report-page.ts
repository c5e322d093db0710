import type { Effects } from "../core/effects.ts";
import { formatValue, spaceThousands } from "../core/quantities.ts";
import { dropAbsent } from "../core/objects.ts";
import type { Objective } from "../core/study.ts";
import { formatBest } from "../formats/best-file.ts";
import { describeFront } from "../stats/pareto/describe.ts";
import type { NextStep, PageAnswer, ReportPage } from "../stats/report-page.ts";
import type { Ranking } from "../stats/rank.ts";
import type { StudyReport } from "../stats/study-report.ts";
import type { TrialTable } from "../stats/trial-table.ts";
import type { StudyDatabase } from "../storage/database.ts";
import {
  iterateDetails,
  readPageAttempts,
  readPageFailures,
  readReplicates,
} from "../storage/page-rows.ts";
import { packageVersion } from "../workspace/package.ts";
import { describeBest } from "./best.ts";
import { tabulateAttempts } from "./page/attempts.ts";
import { listFailures } from "./page/failures.ts";
import { HistoryCollector } from "./page/histories.ts";
import { CONFUSIONS, HoldoutCounter } from "./page/holdout.ts";
import type { openHeldOut } from "./report/held-out.ts";
import { listLedger } from "./page/ledger.ts";
import { listImportance, listPairs, tabulateParameters } from "./page/parameters.ts";
import { describeProvenance } from "./page/provenance.ts";
import { showName, showText } from "./page/text-table.ts";
import { tabulateSearch } from "./page/search.ts";
import { tabulateSlots } from "./page/slots.ts";
import { type Known, type PageTrials, tabulateMetrics, tabulateTrials } from "./page/trials.ts";
import {
  readHeldOut,
  readRankedReport,
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

/** The same of what the database holds. @throws BsweepError STORAGE; INVALID_DATA */
export async function readPage(
  database: StudyDatabase,
  options: ReadReportOptions,
): Promise<ReportPage> {
  const { study } = options;
  const read = readTrials(database, options);
  const { settings, table, present: setting } = read;
  const ranksAll = options.setting === "all";
  const [{ setting: present }] = settings;
  const rows = table.listByNumber().filter((row) => ranksAll || table.settings[row] === present);
  const trials = { table, rows };
  const held = readHeldOut(options, read);
  const { report, ranking } = await readRankedReport(database, options, read, held);
  const places = new Map(Array.from(rows, (row, place) => [table.trialIds[row] ?? "", place]));
  const placeOfNumber = new Map(Array.from(rows, (row, place) => [table.numbers[row], place]));
  const told = readTold(database, table, places);
  const { attempts } = told;
  const epochs = [...new Set(table.epochs)];
  return {
    ...{ study: study.name, bsweep: packageVersion() },
    objective: showObjective(study.objective),
    ...dropAbsent({ objectives: study.objectives?.map(showObjective) }),
    ...{ meeting: report.meeting, ...describePareto(report) },
    ...tabulateSearch(report, (number) => placeOfNumber.get(number) ?? -1),
    ...{ counts: report.counts, settings: settings.map(({ differences }) => differences) },
    answer: describeAnswer(options, report, { table, ranking, places }),
    trials: tabulateTrials(trials, { report, ranking, ...told }),
    parameters: tabulateParameters(trials, report, study.space),
    metrics: tabulateMetrics(trials, study.objective.metric),
    ...readDetails(database, { ranking, trials, present, held }),
    importance: listImportance(report),
    pairs: listPairs(report),
    ...(report.next === null ? {} : { next: [describeNext(report.next)] }),
    attempts: tabulateAttempts(attempts, places),
    slots: tabulateSlots(report.ledger.slots),
    failures: listFailures([...told.failures.values()]),
    ledger: listLedger(report.ledger),
    provenance: describeProvenance(study, { report, setting, attempts, epochs }),
  };
}

/** What results say of the trials in a page. */
function readTold(
  database: StudyDatabase,
  table: TrialTable,
  places: ReadonlyMap<string, number>,
): Pick<Known, "attempts" | "failures" | "replicates"> {
  const isShown = ({ trialId }: { readonly trialId: string }): boolean => places.has(trialId);
  const failed = readPageFailures(database).filter(isShown);
  return {
    attempts: readPageAttempts(database, table).filter(isShown),
    failures: new Map(failed.map((failure) => [failure.trialId, failure])),
    replicates: readReplicates(database),
  };
}

function showObjective({ metric, direction }: Objective): Objective {
  return { metric: showName(metric), direction };
}

function describePareto({ pareto }: StudyReport): Pick<ReportPage, "pareto"> {
  if (pareto === null) return {};
  const { members, objectives, overTime } = pareto;
  return {
    pareto: {
      sentences: describeFront(pareto).map((each) => sentence(showText(each))),
      members: Int32Array.from(members, ({ number }) => number),
      values: objectives.map((_, at) =>
        Float64Array.from(members, ({ values }) => values[at] ?? NaN),
      ),
      ended: Int32Array.from(overTime, ({ ended }) => ended),
      hypervolume: Float64Array.from(overTime, ({ hypervolume }) => hypervolume),
    },
  };
}

function describeNext({ suggestions, yaml }: NonNullable<StudyReport["next"]>): NextStep {
  const parts = suggestions.map(
    ({ name, action, reason }) => `${action} ${showName(name)} (${showText(reason, 300)})`,
  );
  return { sentence: sentence(parts.join("; ")), yaml };
}

interface DetailsOptions {
  readonly ranking: Ranking;
  readonly trials: PageTrials;
  /** Hash of the present setting. */
  readonly present: string;
  readonly held: ReturnType<typeof openHeldOut>;
}

/** What is large of results, in one pass. */
function readDetails(
  database: StudyDatabase,
  { ranking, trials: { table, rows }, present, held }: DetailsOptions,
): Pick<ReportPage, "histories" | "holdout"> {
  const places = new Map(Array.from(rows, (row, place) => [table.resultKeys[row] ?? NaN, place]));
  const histories = new HistoryCollector(rows.length);
  const isPresent = (row: number): boolean => table.settings[row] === present;
  const top = Array.from(ranking.firsts.filter(isPresent).subarray(0, CONFUSIONS), (row) =>
    rows.indexOf(row),
  );
  const counter = "reason" in held ? undefined : new HoldoutCounter(held, top);
  for (const { resultKey, history, predictions } of iterateDetails(database)) {
    const place = places.get(resultKey);
    if (place === undefined) continue;
    histories.add(place, history);
    if (predictions !== null && isPresent(rows[place] ?? 0)) counter?.add(place, predictions);
  }
  const holdout =
    "reason" in held ? { reason: sentence(held.reason) } : (counter?.finish() ?? { reason: "" });
  return { histories: histories.finish(), holdout };
}

function describeAnswer(
  { study }: ReadReportOptions,
  report: StudyReport,
  ranked: RankedPlaces,
): PageAnswer | null {
  if (report.meeting === 0) return null;
  const best = describeBest(report, { study });
  const { number, trialId, objective, replicates, spread, interval, holdout } = best;
  return {
    ...{ number, trialId, objective, replicates, spread, interval, holdout },
    outside: best.outside === null ? null : showText(best.outside),
    ...{ sharing: best.sharing, yaml: formatBest(best) },
    ...describeTrust(report, ranked),
  };
}

interface RankedPlaces {
  readonly table: TrialTable;
  readonly ranking: Ranking;
  /** Of trials in the page, by id. */
  readonly places: ReadonlyMap<string, number>;
}

/** Places in the page of all trials of the rows with these numbers. */
function listPlaces(
  numbers: readonly number[],
  { table, ranking: { firsts, rowsAt }, places }: RankedPlaces,
): readonly number[] {
  const byNumber = new Map(Array.from(firsts, (row, place) => [table.numbers[row], place]));
  return numbers.flatMap((number) =>
    Array.from(
      rowsAt(byNumber.get(number) ?? 0),
      (row) => places.get(table.trialIds[row] ?? "") ?? -1,
    ),
  );
}

/** What else may be the best, and what it is worth beyond luck; nothing where that cannot be told. */
function describeTrust(
  { tieGroup, corrected, objective }: StudyReport,
  ranked: RankedPlaces,
): Pick<PageAnswer, "tieGroup" | "corrected"> {
  const members = "reason" in tieGroup ? [] : tieGroup.members.map(({ number }) => number);
  const ties =
    "reason" in tieGroup
      ? {}
      : {
          tieGroup: {
            ...{ members, trials: listPlaces(members, ranked) },
            sentence: sentence(tieGroup.sentence),
          },
        };
  if ("reason" in corrected) return ties;
  const { estimate, interval } = corrected;
  const worth = `Chosen among many, it was lucky too: without that its ${showName(objective.metric)} is about ${formatValue(estimate)} (95 % interval ${formatValue(interval.low)} to ${formatValue(interval.high)}).`;
  return { ...ties, corrected: { estimate, ...interval, sentence: worth } };
}

/** Words as a sentence, with narrow spaces between thousands. */
function sentence(words: string): string {
  return `${spaceThousands(words.charAt(0).toUpperCase() + words.slice(1))}.`;
}
