import { buildLedger } from "../../src/stats/ledger/ledger.ts";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import type { Parameters } from "../../src/core/study.ts";
import type { Failure, Metrics } from "../../src/core/trial.ts";
import {
  buildStudyReport,
  type ReportedStudy,
  type StudyReport,
} from "../../src/stats/study-report.ts";
import { type TrialOutcome, TrialTable } from "../../src/stats/trial-table.ts";
import { HOLDOUT_ROWS } from "./results.ts";

/** A row of a table, not yet as text. */
export type Outcome = Omit<
  TrialOutcome,
  "key" | "resultKey" | "params" | "metrics" | "failure" | "correct" | "count"
> & {
  readonly params: Parameters;
  readonly metrics: Metrics;
  readonly holdout: { readonly correct: number; readonly count: number } | null;
  readonly failure: Failure | null;
};

export function tableOf(outcomes: readonly Outcome[]): TrialTable {
  const table = new TrialTable();
  for (const outcome of outcomes) table.add(toRow(outcome));
  return table;
}

export function toRow({ params, metrics, holdout, failure, ...row }: Outcome): TrialOutcome {
  return {
    ...row,
    ...{ key: row.number, resultKey: row.number },
    params: canonicalJson(params),
    metrics: JSON.stringify(metrics),
    correct: holdout?.correct ?? null,
    count: holdout?.count ?? null,
    failure: failure?.kind ?? null,
  };
}

/** All that is told of these trials. */
export function reportOf(study: ReportedStudy, outcomes: readonly Outcome[]): StudyReport {
  return buildStudyReport(study, tableOf(outcomes), {
    explainFailure: (row) => outcomes[row]?.failure?.message ?? "",
    labels: { reason: "there is no data set" },
    predictionsOf: () => null,
    readLedger: () => buildLedger({ attempts: [], lost: [], open: 0, objective: study.objective }),
  });
}

/** A complete trial with `correct` of the hold-out's rows right. */
export function makeOutcome(
  number: number,
  correct: number,
  other: Partial<Outcome> = {},
): Outcome {
  const accuracy = correct / HOLDOUT_ROWS;
  return {
    number,
    trialId: number.toString(16).padStart(16, "0"),
    params: { trial: number },
    epochs: 10,
    setting: "present",
    state: "complete",
    metrics: { holdoutAccuracy: accuracy, holdoutLoss: 1 - accuracy },
    holdout: { correct, count: HOLDOUT_ROWS },
    modelParameters: 1000,
    ...{ seconds: 60, cpuSeconds: 50, peakMemoryMiB: 300 },
    failure: null,
    ...other,
  };
}

export function makeFailedOutcome(number: number, failure: Failure): Outcome {
  return makeOutcome(number, 0, { state: "failed", metrics: {}, holdout: null, failure });
}

export function makeWaitingOutcome(number: number): Outcome {
  return makeOutcome(number, 0, { state: "waiting", metrics: {}, holdout: null });
}
