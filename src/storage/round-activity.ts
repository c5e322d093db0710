import type { ResultState } from "../core/trial.ts";
import type { StudyDatabase } from "./database.ts";

/** A result as history has it: when, where and whose. */
export interface ActivityRow {
  /** Below results/<study>. */
  readonly file: string;
  readonly state: ResultState;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly host: string;
  /** Null in results of bsweep 0.1.0. */
  readonly user: string | null;
}

/** Every result, by start and file. */
export function readActivity(database: StudyDatabase): readonly ActivityRow[] {
  return database
    .prepare(
      `SELECT file, state, started_at AS startedAt, seconds, host, user
       FROM results ORDER BY started_at, file`,
    )
    .all() as ActivityRow[];
}
