import { explainFailure, type TrialState } from "../../core/trial.ts";
import { HOLDOUT_ACCURACY, type TrialOutcome } from "../../stats/outcome.ts";
import { PAGE_STATES, type PageNumbers, type TrialColumns } from "../../stats/report-page.ts";
import type { StudyReport } from "../../stats/study-report.ts";
import type { PageAttempt } from "../../storage/page-rows.ts";
import { showName, TextTable } from "./text-table.ts";

/** More names than this are not looked at in a page. */
const MAX_METRICS = 64;
/** Metrics that people look for first. */
const FIRST = [HOLDOUT_ACCURACY, "holdoutLoss", "macroF1", "validationAccuracy", "validationLoss"];

/** Place of each state in `PAGE_STATES`. */
export function codeOfState(state: TrialState): number {
  return PAGE_STATES.indexOf(state);
}

/** @param outcomes by number @param attempts in the order of the page */
export function tabulateTrials(
  outcomes: readonly TrialOutcome[],
  { ranking, settings }: StudyReport,
  attempts: readonly PageAttempt[],
): TrialColumns {
  const ranks = new Map(ranking.flatMap(({ rank, trialIds }) => trialIds.map((id) => [id, rank])));
  const settingCodes = new Map(settings.map(({ setting }, code) => [setting, code]));
  const counted = new Map(
    attempts.flatMap(({ trialId, counts }, place) => (counts ? [[trialId, place]] : [])),
  );
  const notes = new TextTable();
  const warnings = new TextTable();
  const attemptOf = (trialId: string): PageAttempt | undefined =>
    attempts[counted.get(trialId) ?? -1];
  const ints = (read: (outcome: TrialOutcome) => number) => Int32Array.from(outcomes, read);
  return {
    number: ints(({ number }) => number),
    rank: ints(({ trialId }) => ranks.get(trialId) ?? 0),
    state: Uint8Array.from(outcomes, ({ state }) => codeOfState(state)),
    replicate: Uint16Array.from(outcomes, ({ replicate }) => replicate),
    epochs: ints(({ epochs }) => epochs),
    setting: Uint8Array.from(outcomes, ({ setting }) => settingCodes.get(setting) ?? 0),
    modelParameters: Float64Array.from(outcomes, (outcome) => outcome.modelParameters ?? NaN),
    attempt: ints(({ trialId }) => counted.get(trialId) ?? -1),
    note: ints(({ trialId, failure }) =>
      notes.codeOf(failure === null ? attemptOf(trialId)?.earlyEnd : explainFailure(failure)),
    ),
    notes: notes.texts,
    warning: ints(({ trialId }) => warnings.codeOf(describeWarnings(attemptOf(trialId)))),
    warningTexts: warnings.texts,
  };
}

function describeWarnings(attempt: PageAttempt | undefined): string | undefined {
  if (attempt === undefined || attempt.warnings === "[]") return undefined;
  return (JSON.parse(attempt.warnings) as readonly string[]).join("; ");
}

/** What trials measured at their end: the objective first, then what people look for, then in the order of telling. */
export function tabulateMetrics(outcomes: readonly TrialOutcome[], objective: string): PageNumbers {
  const told = new Set<string>();
  for (const { metrics } of outcomes) for (const name of Object.keys(metrics)) told.add(name);
  const first = [objective, ...FIRST].filter((name) => told.has(name));
  const names = [...new Set([...first, ...[...told].sort()])];
  return {
    columns: names.slice(0, MAX_METRICS).map((name) => ({
      name: showName(name),
      values: Float64Array.from(outcomes, ({ metrics }) =>
        Object.hasOwn(metrics, name) ? (metrics[name] ?? NaN) : NaN,
      ),
    })),
    omitted: Math.max(0, names.length - MAX_METRICS),
  };
}
