import type { OptunaStudy, OptunaTrial } from "../../formats/optuna.ts";
import { openKeptDatabase, type StudyDatabase } from "../database.ts";
import { OPTUNA_RELEASE, OPTUNA_REVISION, OPTUNA_SCHEMA_VERSION, OPTUNA_TABLES } from "./schema.ts";

/** "bswo" in SQLite's header, where Optuna writes nothing: a database that bsweep made. */
const APPLICATION_ID = 0x6273776f;

/** Studies as the bytes of an SQLite file that Optuna opens: `sqlite:///FILE`. Made in memory. */
export function encodeOptunaStudies(studies: readonly OptunaStudy[]): Buffer {
  const database = openKeptDatabase(":memory:", false);
  try {
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; ${OPTUNA_TABLES} BEGIN`);
    database
      .prepare("INSERT INTO version_info VALUES (1, ?, ?)")
      .run(OPTUNA_SCHEMA_VERSION, OPTUNA_RELEASE);
    database.prepare("INSERT INTO alembic_version VALUES (?)").run(OPTUNA_REVISION);
    const insertTrial = createTrialInsert(database);
    for (const study of studies) insertStudy(database, study, insertTrial);
    database.exec("COMMIT");
    return database.serialize();
  } finally {
    database.close();
  }
}

/** Where these stand in the header of an SQLite file (https://www.sqlite.org/fileformat.html#the_database_header). */
const HEADER_BYTES = 100;
const CHANGES_AT = 24;
const APPLICATION_ID_AT = 68;
/** Of a database that was made in memory: SQLite counts what changed in files. */
const CHANGES_WHEN_MADE = 0;

/** Whether a file, of which this is the beginning, is as `encodeOptunaStudies` made it: nobody has written to it since. */
export function isUntouchedExport(head: Buffer): boolean {
  return (
    head.length >= HEADER_BYTES &&
    head.readUInt32BE(APPLICATION_ID_AT) === APPLICATION_ID &&
    head.readUInt32BE(CHANGES_AT) === CHANGES_WHEN_MADE
  );
}

type TrialInsert = (study: number | bigint, number: number, trial: OptunaTrial) => void;

function insertStudy(
  database: StudyDatabase,
  { name, objectives, attributes, trials }: OptunaStudy,
  insertTrial: TrialInsert,
): void {
  const { lastInsertRowid: id } = database
    .prepare("INSERT INTO studies VALUES (NULL, ?)")
    .run(name);
  const insertDirection = database.prepare("INSERT INTO study_directions VALUES (NULL, ?, ?, ?)");
  for (const [place, { direction }] of objectives.entries())
    insertDirection.run(direction.toUpperCase(), id, place);
  const insertAttribute = database.prepare(
    "INSERT INTO study_user_attributes VALUES (NULL, ?, ?, ?)",
  );
  for (const [key, value] of Object.entries(attributes))
    insertAttribute.run(id, key, JSON.stringify(value));
  // As Optuna's set_metric_names keeps them.
  database
    .prepare("INSERT INTO study_system_attributes VALUES (NULL, ?, 'study:metric_names', ?)")
    .run(id, JSON.stringify(objectives.map(({ metric }) => metric)));
  let number = 0;
  for (const trial of trials) insertTrial(id, number++, trial);
}

function createTrialInsert(database: StudyDatabase): TrialInsert {
  const insert = (values: string) => database.prepare(`INSERT INTO ${values}`);
  const insertTrial = insert("trials VALUES (NULL, ?, ?, ?, ?, ?)");
  const insertValue = insert("trial_values VALUES (NULL, ?, ?, ?, 'FINITE')");
  const insertParameter = insert("trial_params VALUES (NULL, ?, ?, ?, ?)");
  const insertStep = insert("trial_intermediate_values VALUES (NULL, ?, ?, ?, 'FINITE')");
  const insertAttribute = insert("trial_user_attributes VALUES (NULL, ?, ?, ?)");
  const insertSystem = insert("trial_system_attributes VALUES (NULL, ?, ?, ?)");
  return (study, number, trial) => {
    const times = [toDatetime(trial.startedAt), toDatetime(trial.endedAt)];
    const { lastInsertRowid: id } = insertTrial.run(number, study, trial.state, ...times);
    for (const [place, value] of trial.values.entries()) insertValue.run(id, place, value);
    for (const { name, value, distribution } of trial.params)
      insertParameter.run(id, name, value, distribution);
    for (const [step, value] of trial.intermediate) insertStep.run(id, step, value);
    for (const [key, value] of Object.entries(trial.attributes))
      if (value !== undefined) insertAttribute.run(id, key, JSON.stringify(value));
    if (trial.fixed !== undefined)
      insertSystem.run(id, "fixed_params", JSON.stringify(trial.fixed));
    if (trial.constraints !== undefined)
      insertSystem.run(id, "constraints", JSON.stringify(trial.constraints));
  };
}

/** As SQLAlchemy writes a time that has no zone; UTC here, for the same study is the same file everywhere. */
function toDatetime(time: Date | null): string | null {
  return time === null ? null : time.toISOString().replace("T", " ").replace("Z", "000");
}
