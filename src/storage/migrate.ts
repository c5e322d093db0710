import type { Database } from "better-sqlite3";
import { MIGRATIONS } from "./migrations.ts";

/** "bswp" in SQLite's header: tells a study database from any other SQLite file. */
export const APPLICATION_ID = 0x62737770;

/** Takes the steps that are missing, all or none, also when two processes come at once. */
export function migrate(database: Database): void {
  if (readVersion(database) === MIGRATIONS.length) return;
  // SQLite writes a number otherwise than a result file has it.
  database.function("as_written", (json: string) => JSON.stringify(JSON.parse(json)));
  database
    .transaction(() => {
      for (const step of MIGRATIONS.slice(readVersion(database))) database.exec(step);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    })
    .immediate();
}

/** Steps the database has taken; 0 for a new one. */
export function readVersion(database: Database): number {
  return database.prepare("PRAGMA user_version").pluck().get() as number;
}
