import { createHash } from "node:crypto";
import type { Study } from "../core/study.ts";
import type { StudyDatabase } from "./database.ts";

/** What a database holds of a study, as far as it tells whether a report of it would be another one. */
export interface CollectedState {
  /** Another one for every other study file, plan and set of results: 22 letters, digits, - and _. */
  readonly state: string;
  readonly results: number;
  /** Trials whose latest planned attempt, or a complete one, has not come back. */
  readonly open: number;
}

/** Names of files never stand for other content, so that they stand for all that is in them. */
export function readCollectedState(database: StudyDatabase, study: Study): CollectedState {
  const rounds = database
    .prepare("SELECT round || ' ' || nonce FROM rounds ORDER BY round")
    .pluck();
  const files = database.prepare("SELECT file FROM results ORDER BY file").pluck();
  const hash = createHash("sha256").update(`${JSON.stringify(study)}\n`);
  for (const round of rounds.iterate()) hash.update(`${String(round)}\n`);
  let results = 0;
  for (const file of files.iterate()) {
    hash.update(`${String(file)}\n`);
    results += 1;
  }
  return { state: hash.digest("base64url").slice(0, 22), results, open: countOpen(database) };
}

function countOpen(database: StudyDatabase): number {
  return database
    .prepare(
      `SELECT count(*) FROM trials WHERE NOT EXISTS (
         SELECT 1 FROM results WHERE results.trial = trials.trial AND (state = 'complete' OR attempt >=
           (SELECT max(attempt) FROM elements WHERE elements.trial = trials.trial)))`,
    )
    .pluck()
    .get() as number;
}
