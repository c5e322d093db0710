import type { Database } from "better-sqlite3";

/** "bswp" in SQLite's header: tells a study database from any other SQLite file. */
export const APPLICATION_ID = 0x62737770;

/**
 * The schema, one step after another; `PRAGMA user_version` counts the steps a database has taken.
 * A step that was ever released never changes. TypeScript rather than .sql files: the build copies none.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- What was planned, copied from jobs/<study>/round-NNN.
  CREATE TABLE rounds (
    round            INTEGER PRIMARY KEY,
    nonce            TEXT NOT NULL,
    metric           TEXT NOT NULL,
    dataset_digest   TEXT NOT NULL,
    holdout_fraction REAL NOT NULL,
    holdout_seed     INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE trials (
    trial_id  TEXT PRIMARY KEY,
    number    INTEGER NOT NULL,
    params    TEXT NOT NULL, -- JSON
    replicate INTEGER NOT NULL,
    seed      INTEGER NOT NULL,
    epochs    INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE elements (
    round         INTEGER NOT NULL REFERENCES rounds,
    array         INTEGER NOT NULL,
    element_index INTEGER NOT NULL,
    trial_id      TEXT NOT NULL REFERENCES trials,
    PRIMARY KEY (round, array, element_index, trial_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX elements_of_trial ON elements (trial_id);

  -- What came back: a row is a valid file.
  CREATE TABLE results (
    result_id           INTEGER PRIMARY KEY,
    file                TEXT NOT NULL UNIQUE, -- below results/<study>
    trial_id            TEXT NOT NULL REFERENCES trials,
    attempt             INTEGER NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('complete', 'failed')),
    objective           REAL CHECK ((objective IS NOT NULL) = (state = 'complete')),
    metrics             TEXT NOT NULL, -- JSON
    holdout_correct     INTEGER,
    holdout_count       INTEGER,
    model_parameters    INTEGER,
    flops_per_example   REAL,
    failure_kind        TEXT CHECK ((failure_kind IS NOT NULL) = (state = 'failed')),
    failure_message     TEXT,
    failure_stderr_tail TEXT,
    started_at          TEXT NOT NULL, -- ISO 8601 UTC
    seconds             REAL NOT NULL,
    peak_memory_mib     REAL,
    cpu_seconds         REAL,
    job                 TEXT NOT NULL,
    host                TEXT NOT NULL,
    numerics            TEXT, -- canonical JSON
    bsweep              TEXT NOT NULL,
    -- One byte a row of the hold-out. Last: what does not fit the page is read only when asked for.
    holdout_predictions BLOB
  ) STRICT;
  CREATE INDEX results_of_trial ON results (trial_id);

  CREATE TABLE epochs (
    result_id           INTEGER NOT NULL REFERENCES results,
    epoch               INTEGER NOT NULL,
    loss                REAL,
    accuracy            REAL,
    validation_loss     REAL,
    validation_accuracy REAL,
    seconds             REAL NOT NULL,
    PRIMARY KEY (result_id, epoch)
  ) STRICT, WITHOUT ROWID;

  -- Files that do not verify. They stay where they are; a row goes when its file turns out valid or is gone.
  CREATE TABLE set_aside (
    file   TEXT PRIMARY KEY,
    reason TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Which attempt at its trial an element is. Rounds of before there were retries hold first attempts.
  ALTER TABLE elements ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
  `,
];

/** Takes the steps that are missing, all or none, also when two processes come at once. */
export function migrate(database: Database): void {
  if (readVersion(database) === MIGRATIONS.length) return;
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
