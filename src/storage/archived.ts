import { type StudyDatabase, withDatabase } from "./database.ts";

/** Writes all that a database holds into a new one, without what was removed from it (https://www.sqlite.org/lang_vacuum.html). */
export async function copyDatabase(path: string, target: string): Promise<void> {
  await withDatabase(path, "readonly", (database) => {
    database.prepare("VACUUM INTO ?").run(target);
  });
}

/** Whom and what results name of the machines they come from. */
export interface Whereabouts {
  /** In order. */
  readonly hosts: readonly string[];
  readonly users: readonly string[];
}

export function readWhereabouts(database: StudyDatabase): Whereabouts {
  const list = (column: "host" | "user"): string[] =>
    database
      .prepare(
        `SELECT DISTINCT ${column} FROM results WHERE coalesce(${column}, '') <> '' ORDER BY 1`,
      )
      .pluck()
      .all() as string[];
  return { hosts: list("host"), users: list("user") };
}
