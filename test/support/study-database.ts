import { sha256 } from "../../src/core/identity.ts";
import { openKeptDatabase } from "../../src/storage/database.ts";

const CONTENT: Readonly<Record<string, string>> = {
  rounds: "SELECT * FROM rounds ORDER BY round",
  trials: "SELECT * FROM trials ORDER BY trial_id",
  elements:
    "SELECT elements.*, trial_id FROM elements JOIN trials USING (trial) ORDER BY round, array, element_index, trial_id",
  results:
    "SELECT results.*, trial_id, history, holdout_predictions FROM results JOIN trials USING (trial) JOIN details USING (result_id) ORDER BY file",
  settings: "SELECT * FROM settings ORDER BY setting",
  steps:
    "SELECT file, step, metric, value, steps.seconds FROM steps JOIN results USING (result_id) ORDER BY file, step, metric",
  setAside: "SELECT file, reason FROM set_aside ORDER BY file",
};

/** All a study database holds, keys of its own and stamps left out: they tell the order of collecting, and where the files lie. Bytes stand as their SHA-256. */
export function readContent(path: string): Record<string, readonly object[]> {
  const database = openKeptDatabase(path, true);
  try {
    const read = (query: string) =>
      (database.prepare(query).all() as Record<string, unknown>[]).map((row) => ({
        ...row,
        result_id: null,
        trial: null,
        holdout_predictions: digest(row["holdout_predictions"]),
      }));
    return Object.fromEntries(Object.entries(CONTENT).map(([name, query]) => [name, read(query)]));
  } finally {
    database.close();
  }
}

function digest(bytes: unknown): string | null {
  return bytes instanceof Uint8Array ? sha256(bytes) : null;
}
