import { canonicalJson } from "../core/canonical-json.ts";
import { quantileOf } from "../core/pruning.ts";
import type { NumericsFingerprint, TrialResult } from "../core/trial.ts";
import type { StudyDatabase } from "./database.ts";
import { createChoiceUpdate } from "./rounds.ts";

/** Names of files in a folder below results/<study>, whose results the database holds. */
export function createCollectedLookup(database: StudyDatabase) {
  const list = database
    .prepare("SELECT substr(file, ?) FROM results WHERE file > ? AND file < ?")
    .pluck();
  // "0" comes after "/".
  return (folder: string): ReadonlySet<string> =>
    new Set(list.all(folder.length + 2, `${folder}/`, `${folder}0`) as string[]);
}

/** A file of results/<study>, in the folder of this array of this round. */
interface PlacedFile {
  readonly file: string;
  readonly round: number;
  readonly array: number;
}

/**
 * Stores one result, if it is of a trial as it was planned at this place (rounds.ts), and the file was not collected
 * before: its name never stands for other content. Says whether it did. Runs inside a transaction.
 * @param history the result's, as JSON
 */
export function createResultInsert(database: StudyDatabase) {
  const choose = createChoiceUpdate(database);
  const slotOf = database
    .prepare("SELECT slot FROM trials WHERE trial_id = ? AND number = ? AND seed = ?")
    .pluck();
  // By place: names take SQLite's driver as long as all the rest.
  const insertResult = database.prepare(
    `INSERT INTO results
     SELECT NULL, ?, trial, elements.attempt${", ?".repeat(RESULT_COLUMNS)}
     FROM elements JOIN trials USING (trial)
     WHERE round = ? AND array = ? AND element_index = ? AND trial_id = ? AND elements.attempt = ?
       AND number = ? AND params = ? AND replicate = ? AND seed = ? AND epochs = ?
     ON CONFLICT (file) DO NOTHING`,
  );
  const insertDetails = database.prepare("INSERT INTO details VALUES (?, ?, ?)");
  return ({ file, round, array }: PlacedFile, result: TrialResult, history: string): boolean => {
    const { trialId, attempt, number, params, replicate, seed, resource, holdout, slot } = result;
    // Its choice may be lost, or not to be seen yet.
    if (slot !== undefined && slotOf.get(trialId, number, seed) === slot) choose(slot, params);
    const { changes, lastInsertRowid } = insertResult.run(
      ...[file, ...toRow(result), round, array, result.element.index, trialId, attempt],
      ...[number, canonicalJson(params), replicate, seed, resource.epochs],
    );
    if (changes === 0) return false;
    insertDetails.run(lastInsertRowid, history, holdout && decodeBase64(holdout.predictions));
    return true;
  };
}

/** Holds what is decoded until it is stored: a buffer for each result costs as much as storing it. */
let space = Buffer.allocUnsafe(64 * 1024);

/** Bytes that stay until the next call. */
function decodeBase64(text: string): Buffer {
  if (space.length < text.length) space = Buffer.allocUnsafe(text.length);
  return space.subarray(0, space.write(text, "base64"));
}

/** Of what a result tells beside its trial and attempt. */
const RESULT_COLUMNS = 24;

/** SQLite takes what is undefined for NULL. */
function toRow(result: TrialResult): readonly unknown[] {
  const { holdout, model, timing, usage, element, numerics, failure } = result;
  return [
    ...[result.state, result.objective, JSON.stringify(result.metrics)],
    ...[holdout?.correct, holdout?.count, model?.parameters, model?.flopsPerExample],
    ...[failure?.kind, failure?.message, failure?.stderrTail, ...toEarlyEndColumns(result)],
    ...[JSON.stringify(result.warnings), timing.startedAt, timing.seconds],
    ...[usage.peakMemoryMiB, usage.cpuSeconds, element.job, element.host, element.user],
    ...[numerics && canonicalNumerics(numerics), result.software.bsweep],
    standingOf(result),
  ];
}

/** Where a pruned trial stood among its siblings. */
function standingOf({ earlyEnd }: TrialResult): number | undefined {
  return earlyEnd?.evidence && quantileOf(earlyEnd.evidence);
}

function toEarlyEndColumns({ earlyEnd }: TrialResult): readonly unknown[] {
  return [earlyEnd?.reason, earlyEnd?.step, earlyEnd?.value];
}

/** Whole sweeps share one. */
let lastNumerics: { readonly json: string; readonly canonical: string } | undefined;

function canonicalNumerics(numerics: NumericsFingerprint): string {
  const json = JSON.stringify(numerics);
  if (lastNumerics?.json !== json) lastNumerics = { json, canonical: canonicalJson(numerics) };
  return lastNumerics.canonical;
}

/** Why a file is set aside. */
export interface SetAside {
  readonly reason: string;
  /** Of the file as it was read; null when the reason lies elsewhere - in the plan, in permissions - and may change. */
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
