import { canonicalJson } from "../core/identity.ts";
import type { TrialResult } from "../core/trial.ts";
import type { StudyDatabase } from "./database.ts";

/** Files, below results/<study>, whose results the database holds. */
export function readCollectedFiles(database: StudyDatabase): ReadonlySet<string> {
  return new Set(database.prepare("SELECT file FROM results").pluck().all() as string[]);
}

/**
 * Stores one result; false when the file was collected before: its name never stands for other content. The trial must
 * have been planned (rounds.ts). Runs inside a transaction.
 */
export function createResultInsert(database: StudyDatabase) {
  const insertResult = database.prepare(
    `INSERT INTO results VALUES (NULL, @file, @trialId, @attempt, @state, @objective, @metrics,
       @holdoutCorrect, @holdoutCount, @modelParameters, @flopsPerExample,
       @failureKind, @failureMessage, @failureStderrTail,
       @earlyEndReason, @earlyEndStep, @earlyEndValue, @warnings, @startedAt, @seconds,
       @peakMemoryMiB, @cpuSeconds, @job, @host, @numerics, @bsweep, @history, @holdoutPredictions, @user)
     ON CONFLICT (file) DO NOTHING`,
  );
  return (file: string, result: TrialResult): boolean =>
    insertResult.run(toRow(file, result)).changes > 0;
}

/** SQLite takes what is undefined for NULL. */
function toRow(file: string, result: TrialResult): object {
  const { holdout, model, timing, usage, element, numerics } = result;
  return {
    file,
    trialId: result.trialId,
    attempt: result.attempt,
    state: result.state,
    objective: result.objective,
    metrics: JSON.stringify(result.metrics),
    holdoutCorrect: holdout?.correct,
    holdoutCount: holdout?.count,
    holdoutPredictions: holdout && Buffer.from(holdout.predictions, "base64"),
    modelParameters: model?.parameters,
    flopsPerExample: model?.flopsPerExample,
    ...describeEnd(result),
    warnings: JSON.stringify(result.warnings),
    history: JSON.stringify(result.history),
    startedAt: timing.startedAt,
    seconds: timing.seconds,
    peakMemoryMiB: usage.peakMemoryMiB,
    cpuSeconds: usage.cpuSeconds,
    job: element.job,
    host: element.host,
    user: element.user,
    numerics: numerics && canonicalJson(numerics),
    bsweep: result.software.bsweep,
  };
}

function describeEnd({ failure, earlyEnd }: TrialResult): object {
  return {
    failureKind: failure?.kind,
    failureMessage: failure?.message,
    failureStderrTail: failure?.stderrTail,
    earlyEndReason: earlyEnd?.reason,
    earlyEndStep: earlyEnd?.step,
    earlyEndValue: earlyEnd?.value,
  };
}

/** Why a file is set aside. */
export interface SetAside {
  readonly reason: string;
  /** Of the file as it was read; null when the reason lies in the plan, which may change. */
  readonly stamp: string | null;
}

/** By file, below results/<study>. */
export function readSetAside(database: StudyDatabase): ReadonlyMap<string, SetAside> {
  const rows = database.prepare("SELECT file, reason, stamp FROM set_aside").all() as (SetAside & {
    readonly file: string;
  })[];
  return new Map(rows.map(({ file, reason, stamp }) => [file, { reason, stamp }]));
}

/** Makes `files` all that is set aside. Runs inside a transaction. */
export function replaceSetAside(
  database: StudyDatabase,
  files: ReadonlyMap<string, SetAside>,
): void {
  database.prepare("DELETE FROM set_aside").run();
  const insert = database.prepare("INSERT INTO set_aside VALUES (?, ?, ?)");
  for (const [file, { reason, stamp }] of files) insert.run(file, reason, stamp);
}
