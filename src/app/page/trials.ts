import { explainFailure, TRIAL_STATES, type TrialState } from "../../core/trial.ts";
import { HOLDOUT_ACCURACY } from "../../stats/outcome.ts";
import type { Ranking } from "../../stats/rank.ts";
import type { PageNumbers, TrialColumns } from "../../stats/report-page.ts";
import type { StudyReport } from "../../stats/study-report.ts";
import type { TrialTable } from "../../stats/trial-table.ts";
import type { PageAttempt, PageFailure } from "../../storage/page-rows.ts";
import { showName, TextTable } from "./text-table.ts";

/** More names than this are not looked at in a page. */
const MAX_METRICS = 64;
/** Metrics that people look for first. */
const FIRST = [HOLDOUT_ACCURACY, "holdoutLoss", "macroF1", "validationAccuracy", "validationLoss"];

/** The trials of a page: rows of a table, by number. */
export interface PageTrials {
  readonly table: TrialTable;
  readonly rows: Int32Array;
}

/** What else is known of trials. */
export interface Known {
  readonly report: StudyReport;
  readonly ranking: Ranking;
  readonly attempts: readonly PageAttempt[];
  readonly failures: ReadonlyMap<string, PageFailure>;
  /** Of trials that are not the first of their parameters. */
  readonly replicates: ReadonlyMap<string, number>;
}

/** Place of each state in `TRIAL_STATES`. */
export function codeOfState(state: TrialState): number {
  return TRIAL_STATES.indexOf(state);
}

/** @param known attempts in the order of the page */
export function tabulateTrials({ table, rows }: PageTrials, known: Known): TrialColumns {
  const ids = Array.from(rows, (row) => table.trialIds[row] ?? "");
  const codes = new Map(known.report.settings.map(({ setting }, code) => [setting, code]));
  const { ranks, rowsAt } = known.ranking;
  const [rankOf, placeOf] = [new Int32Array(table.length), new Int32Array(table.length)];
  for (const [place, rank] of ranks.entries())
    for (const row of rowsAt(place)) [rankOf[row], placeOf[row]] = [rank, place + 1];
  const numbers = (values: ArrayLike<number>) => Int32Array.from(rows, (row) => values[row] ?? 0);
  return {
    number: numbers(table.numbers),
    rank: numbers(rankOf),
    place: numbers(placeOf),
    state: Uint8Array.from(rows, (row) => codeOfState(table.states[row] ?? "waiting")),
    replicate: Uint16Array.from(ids, (trialId) => known.replicates.get(trialId) ?? 0),
    epochs: numbers(table.epochs),
    setting: Uint8Array.from(rows, (row) => codes.get(table.settings[row] ?? "") ?? 0),
    modelParameters: Float64Array.from(rows, (row) => table.modelParameters[row] ?? NaN),
    ...tabulateTexts(ids, known),
  };
}

type Texts = "attempt" | "note" | "notes" | "warning" | "warningTexts";

function tabulateTexts(
  ids: readonly string[],
  { report, attempts, failures }: Known,
): Pick<TrialColumns, Texts> {
  const counted = new Map(
    attempts.flatMap(({ trialId, counts }, place) => (counts ? [[trialId, place]] : [])),
  );
  const attempt = Int32Array.from(ids, (trialId) => counted.get(trialId) ?? -1);
  const [notes, warnings] = [new TextTable(), new TextTable()];
  const unmet = new Map<string, string>();
  for (const row of report.ranking.slice(report.meeting, Infinity))
    for (const trialId of row.trialIds)
      unmet.set(trialId, `does not meet ${row.unmet?.join(", ") ?? ""}`);
  const note = Int32Array.from(ids, (trialId, place) => {
    const failure = failures.get(trialId);
    if (unmet.has(trialId)) return notes.codeOf(unmet.get(trialId));
    const ended = attempts[attempt[place] ?? -1]?.earlyEnd;
    return notes.codeOf(failure === undefined ? ended : explainFailure(failure));
  });
  const warning = Int32Array.from(attempt, (place) =>
    warnings.codeOf(describeWarnings(attempts[place])),
  );
  return { attempt, note, notes: notes.texts, warning, warningTexts: warnings.texts };
}

function describeWarnings(attempt: PageAttempt | undefined): string | undefined {
  if (attempt === undefined || attempt.warnings === "[]") return undefined;
  return (JSON.parse(attempt.warnings) as readonly string[]).join("; ");
}

/** What trials measured at their end: the objective first, then what people look for, then by name. */
export function tabulateMetrics({ table, rows }: PageTrials, objective: string): PageNumbers {
  const told = new Set<string>();
  for (const row of rows) for (const name of Object.keys(table.metricsOf(row))) told.add(name);
  const first = [objective, ...FIRST].filter((name) => told.has(name));
  const names = [...new Set([...first, ...[...told].sort()])];
  const columns = names
    .slice(0, MAX_METRICS)
    .map((name) => ({ name, values: new Float64Array(rows.length).fill(NaN) }));
  for (const [place, row] of rows.entries()) {
    const metrics = table.metricsOf(row);
    for (const { name, values } of columns)
      if (Object.hasOwn(metrics, name)) values[place] = metrics[name] ?? NaN;
  }
  return {
    columns: columns.map(({ name, values }) => ({ name: showName(name), values })),
    omitted: names.length - columns.length,
  };
}
