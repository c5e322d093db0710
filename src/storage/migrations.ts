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
  `
  -- What makes trials comparable apart from parameters, replicate and epochs (core/setting.ts).
  CREATE TABLE settings (
    setting          TEXT PRIMARY KEY, -- its hash
    trainer          TEXT NOT NULL,    -- '': planned before it was written down
    revision         INTEGER NOT NULL,
    precision        TEXT NOT NULL,
    dataset_digest   TEXT NOT NULL,    -- '': the trainer brings its own data
    holdout_fraction REAL NOT NULL,
    holdout_seed     INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO settings
    SELECT DISTINCT 'old-' || hex(dataset_digest || ' ' || holdout_fraction || ' ' || holdout_seed),
      '', 0, '', dataset_digest, holdout_fraction, holdout_seed
    FROM rounds;

  ALTER TABLE trials ADD COLUMN setting TEXT REFERENCES settings;
  UPDATE trials SET setting = (
    SELECT 'old-' || hex(dataset_digest || ' ' || holdout_fraction || ' ' || holdout_seed)
    FROM elements JOIN rounds USING (round) WHERE elements.trial_id = trials.trial_id
    ORDER BY round DESC LIMIT 1);

  -- No nonce: what stands in jobs/ is read again, settings and numbers with it.
  UPDATE rounds SET nonce = '';
  ALTER TABLE rounds DROP COLUMN dataset_digest;
  ALTER TABLE rounds DROP COLUMN holdout_fraction;
  ALTER TABLE rounds DROP COLUMN holdout_seed;

  CREATE TABLE new_results (
    result_id           INTEGER PRIMARY KEY,
    file                TEXT NOT NULL UNIQUE, -- below results/<study>
    trial_id            TEXT NOT NULL REFERENCES trials,
    attempt             INTEGER NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('complete', 'pruned', 'failed', 'skipped')),
    objective           REAL CHECK ((objective IS NOT NULL) = (state = 'complete')),
    metrics             TEXT NOT NULL, -- JSON: name -> number
    holdout_correct     INTEGER,
    holdout_count       INTEGER,
    model_parameters    INTEGER,
    flops_per_example   REAL,
    failure_kind        TEXT CHECK ((failure_kind IS NOT NULL) = (state = 'failed')),
    failure_message     TEXT,
    failure_stderr_tail TEXT,
    early_end_reason    TEXT CHECK ((early_end_reason IS NOT NULL) = (state IN ('pruned', 'skipped'))),
    early_end_step      INTEGER,
    early_end_value     REAL,
    warnings            TEXT NOT NULL, -- JSON: sentences
    started_at          TEXT NOT NULL, -- ISO 8601 UTC
    seconds             REAL NOT NULL,
    peak_memory_mib     REAL,
    cpu_seconds         REAL,
    job                 TEXT NOT NULL,
    host                TEXT NOT NULL,
    numerics            TEXT, -- canonical JSON
    bsweep              TEXT NOT NULL,
    history             TEXT NOT NULL, -- JSON: [{step, metrics, seconds}]
    -- One byte a row of the hold-out. Last: what does not fit the page is read only when asked for.
    holdout_predictions BLOB
  ) STRICT;
  INSERT INTO new_results
    SELECT result_id, file, trial_id, attempt, state, objective, metrics, holdout_correct,
      holdout_count, model_parameters, flops_per_example, failure_kind, failure_message,
      failure_stderr_tail, NULL, NULL, NULL, '[]', started_at, seconds, peak_memory_mib,
      cpu_seconds, job, host, numerics, bsweep,
      as_written((SELECT json_group_array(json_object('step', epoch,
          'metrics', json_patch('{}', json_object('loss', loss, 'accuracy', accuracy,
            'validationLoss', validation_loss, 'validationAccuracy', validation_accuracy)),
          'seconds', seconds) ORDER BY epoch)
        FROM epochs WHERE epochs.result_id = results.result_id)),
      holdout_predictions
    FROM results;
  DROP TABLE epochs;
  DROP TABLE results;
  ALTER TABLE new_results RENAME TO results;
  CREATE INDEX results_of_trial ON results (trial_id);

  -- The result of a trial that counts: the first complete attempt; where none is, the last one that trained, else any.
  -- It depends on the files alone, never on the order in which they were collected.
  CREATE VIEW counted_results AS
    SELECT result_id FROM (
      SELECT result_id, row_number() OVER (
        PARTITION BY trial_id
        ORDER BY state = 'complete' DESC, state = 'skipped',
          iif(state = 'complete', attempt, -attempt), started_at, file
      ) AS place FROM results)
    WHERE place = 1;

  -- What was measured while trials ran: a row a metric.
  CREATE VIEW steps AS
    SELECT result_id, trial_id, step.value ->> 'step' AS step, metric.key AS metric,
      metric.value AS value, step.value ->> 'seconds' AS seconds
    FROM results, json_each(history) AS step, json_each(step.value, '$.metrics') AS metric;
  `,
  `
  -- Size, change and inode of a file that is no result whatever the plan says: while they stay, it is not read again.
  ALTER TABLE set_aside ADD COLUMN stamp TEXT;

  -- Whose process it was.
  ALTER TABLE results ADD COLUMN user TEXT;
  `,
  `
  -- Rows meet by a small number, in the order of the plan, and what is large of a result stands apart: reading all
  -- results reads little, and storing one touches few pages.
  DROP VIEW steps;
  DROP VIEW counted_results;

  CREATE TABLE new_trials (
    trial     INTEGER PRIMARY KEY,
    trial_id  TEXT NOT NULL UNIQUE,
    number    INTEGER NOT NULL,
    params    TEXT NOT NULL, -- JSON
    replicate INTEGER NOT NULL,
    seed      INTEGER NOT NULL,
    epochs    INTEGER NOT NULL,
    setting   TEXT REFERENCES settings
  ) STRICT;
  INSERT INTO new_trials
    SELECT NULL, trial_id, number, params, replicate, seed, epochs, setting FROM trials ORDER BY number;

  CREATE TABLE new_elements (
    round         INTEGER NOT NULL REFERENCES rounds,
    array         INTEGER NOT NULL,
    element_index INTEGER NOT NULL,
    trial         INTEGER NOT NULL REFERENCES new_trials,
    attempt       INTEGER NOT NULL,
    PRIMARY KEY (round, array, element_index, trial)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_elements
    SELECT round, array, element_index, trial, attempt FROM elements JOIN new_trials USING (trial_id);

  CREATE TABLE new_results (
    result_id           INTEGER PRIMARY KEY,
    file                TEXT NOT NULL UNIQUE, -- below results/<study>
    trial               INTEGER NOT NULL REFERENCES new_trials,
    attempt             INTEGER NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('complete', 'pruned', 'failed', 'skipped')),
    objective           REAL CHECK ((objective IS NOT NULL) = (state = 'complete')),
    metrics             TEXT NOT NULL, -- JSON: name -> number
    holdout_correct     INTEGER,
    holdout_count       INTEGER,
    model_parameters    INTEGER,
    flops_per_example   REAL,
    failure_kind        TEXT CHECK ((failure_kind IS NOT NULL) = (state = 'failed')),
    failure_message     TEXT,
    failure_stderr_tail TEXT,
    early_end_reason    TEXT CHECK ((early_end_reason IS NOT NULL) = (state IN ('pruned', 'skipped'))),
    early_end_step      INTEGER,
    early_end_value     REAL,
    warnings            TEXT NOT NULL, -- JSON: sentences
    started_at          TEXT NOT NULL, -- ISO 8601 UTC
    seconds             REAL NOT NULL,
    peak_memory_mib     REAL,
    cpu_seconds         REAL,
    job                 TEXT NOT NULL,
    host                TEXT NOT NULL,
    user                TEXT,
    numerics            TEXT, -- canonical JSON
    bsweep              TEXT NOT NULL
  ) STRICT;
  INSERT INTO new_results
    SELECT result_id, file, trial, attempt, state, objective, metrics, holdout_correct, holdout_count,
      model_parameters, flops_per_example, failure_kind, failure_message, failure_stderr_tail,
      early_end_reason, early_end_step, early_end_value, warnings, started_at, seconds,
      peak_memory_mib, cpu_seconds, job, host, user, numerics, bsweep
    FROM results JOIN new_trials USING (trial_id);

  CREATE TABLE details (
    result_id           INTEGER PRIMARY KEY REFERENCES new_results ON DELETE CASCADE,
    history             TEXT NOT NULL, -- JSON: [{step, metrics, seconds}]
    holdout_predictions BLOB           -- one byte a row of the hold-out
  ) STRICT;
  INSERT INTO details SELECT result_id, history, holdout_predictions FROM results;

  DROP TABLE results;
  DROP TABLE elements;
  DROP TABLE trials;
  ALTER TABLE new_trials RENAME TO trials;
  ALTER TABLE new_elements RENAME TO elements;
  ALTER TABLE new_results RENAME TO results;
  CREATE INDEX elements_of_trial ON elements (trial);
  CREATE INDEX results_of_trial ON results (trial);

  -- The result of a trial that counts: as before, told by comparing, which costs nothing where a trial has one.
  CREATE VIEW counted_results AS
    SELECT result_id FROM results AS one WHERE NOT EXISTS (
      SELECT 1 FROM results AS other WHERE other.trial = one.trial AND
        (other.state <> 'complete', other.state = 'skipped',
          iif(other.state = 'complete', other.attempt, -other.attempt), other.started_at, other.file) <
        (one.state <> 'complete', one.state = 'skipped',
          iif(one.state = 'complete', one.attempt, -one.attempt), one.started_at, one.file));

  CREATE VIEW steps AS
    SELECT result_id, trial, step.value ->> 'step' AS step, metric.key AS metric,
      metric.value AS value, step.value ->> 'seconds' AS seconds
    FROM results JOIN details USING (result_id), json_each(history) AS step,
      json_each(step.value, '$.metrics') AS metric;
  `,
  `
  -- Of a trial that chooses its parameters when it starts: whose choice it is. Its params are {} until then.
  ALTER TABLE trials ADD COLUMN slot TEXT;
  CREATE INDEX trials_of_slot ON trials (slot) WHERE slot IS NOT NULL;
  `,
  `
  -- Of a pruned trial: which part of those it was compared with stood before it, in (0, 1).
  ALTER TABLE results ADD COLUMN early_end_quantile REAL;
  `,
  `
  -- So many of the rows that are not held out trials used; NULL: all of them.
  ALTER TABLE settings ADD COLUMN training_rows INTEGER;
  `,
];
