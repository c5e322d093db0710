import type { StudyDatabase } from "./database.ts";

/** Reasons by file, below results/<study>. */
export function readSetAside(database: StudyDatabase): ReadonlyMap<string, string> {
  const rows = database.prepare("SELECT file, reason FROM set_aside").raw().all();
  return new Map(rows as [string, string][]);
}

/** Makes `reasons` all that is set aside. Runs inside a transaction. */
export function replaceSetAside(
  database: StudyDatabase,
  reasons: ReadonlyMap<string, string>,
): void {
  database.prepare("DELETE FROM set_aside").run();
  const insert = database.prepare("INSERT INTO set_aside VALUES (?, ?)");
  for (const [file, reason] of reasons) insert.run(file, reason);
}
