import { existsSync } from "node:fs";
import { BsweepError, messageOf } from "../../core/errors.ts";
import type { ParameterValue } from "../../core/study.ts";
import { openKeptDatabase, refusePipe, type StudyDatabase } from "../database.ts";

/** A study as a database of Optuna holds it. */
export interface ReadOptunaStudy {
  readonly name: string;
  /** Of the first objective. */
  readonly direction: "maximize" | "minimize";
  readonly objectives: number;
  readonly trials: readonly ReadOptunaTrial[];
}

export interface ReadOptunaTrial {
  readonly number: number;
  /** COMPLETE, PRUNED, FAIL, RUNNING, WAITING. */
  readonly state: string;
  readonly params: Readonly<Record<string, ParameterValue | null>>;
  /** Of the first objective; null where there is none. */
  readonly value: number | null;
  readonly seconds: number | null;
  /** Steps and values, ascending. */
  readonly steps: readonly (readonly [number, number])[];
}

/**
 * Reads a study from a database that Optuna (or `report --format optuna`) has written; SQLite, schema 12.
 * @param wanted its name, where there are several
 * @throws BsweepError STORAGE for what is none; USAGE where the study's name is not told, or there is none such
 */
export function readOptunaStudy(path: string, wanted: string | undefined): ReadOptunaStudy {
  return withOptunaStudy(path, wanted, (database, { id, ...study }) => ({
    ...study,
    trials: readTrials(database, id),
  }));
}

/** A study in its database. */
interface FoundStudy extends Omit<ReadOptunaStudy, "trials"> {
  readonly id: number;
}

/** Reads something of a study; see readOptunaStudy. */
export function withOptunaStudy<T>(
  path: string,
  wanted: string | undefined,
  read: (database: StudyDatabase, study: FoundStudy) => T,
): T {
  if (!existsSync(path)) throw refuse(path, "there is no such file");
  refusePipe(path);
  let database: StudyDatabase | undefined;
  try {
    database = openKeptDatabase(path, true);
    const { id, name } = chooseStudy(database, path, wanted);
    const directions = database
      .prepare("SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective")
      .pluck()
      .all(id) as string[];
    return read(database, {
      ...{ id, name, objectives: directions.length },
      direction: directions[0] === "MAXIMIZE" ? "maximize" : "minimize",
    });
  } catch (cause) {
    if (cause instanceof BsweepError) throw cause;
    throw refuse(path, messageOf(cause), cause);
  } finally {
    database?.close();
  }
}

function refuse(path: string, reason: string, cause?: unknown): BsweepError {
  return new BsweepError("STORAGE", `cannot read ${path} as a database of Optuna: ${reason}`, {
    hint: "name an SQLite file of Optuna 3.2 or newer: that of sqlite:///FILE",
    cause,
  });
}

function chooseStudy(
  database: StudyDatabase,
  path: string,
  wanted: string | undefined,
): { readonly id: number; readonly name: string } {
  const all = database
    .prepare("SELECT study_id AS id, study_name AS name FROM studies ORDER BY study_id")
    .all() as { id: number; name: string }[];
  const found = all.filter(({ name }) => wanted === undefined || name === wanted);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = all.map(({ name }) => name).join(", ") || "none";
  const message =
    wanted === undefined
      ? `${path} holds ${all.length} studies`
      : `${path} holds no study ${wanted}`;
  throw new BsweepError("USAGE", message, { hint: `--name-there NAME, one of: ${names}` });
}

type TrialColumns = [
  id: number,
  number: number,
  state: string,
  value: number | null,
  days: number | null,
];

function readTrials(database: StudyDatabase, study: number): readonly ReadOptunaTrial[] {
  const params = groupParams(database, study);
  const steps = groupSteps(database, study);
  const rows = database
    .prepare(
      `SELECT trial_id, number, state,
              (SELECT value FROM trial_values WHERE trial_values.trial_id = trials.trial_id
               AND objective = 0 AND value_type = 'FINITE'),
              julianday(datetime_complete) - julianday(datetime_start)
       FROM trials WHERE study_id = ? ORDER BY number`,
    )
    .raw()
    .iterate(study) as IterableIterator<TrialColumns>;
  return Array.from(rows, ([id, number, state, value, days]) => ({
    ...{ number, state, value },
    params: Object.fromEntries(params.get(id) ?? []),
    // Three decimals of a second, which is what julianday tells.
    seconds: days === null ? null : Math.max(0, Math.round(days * 86_400_000) / 1000),
    steps: steps.get(id) ?? [],
  }));
}

function groupParams(
  database: StudyDatabase,
  study: number,
): ReadonlyMap<number, readonly (readonly [string, ParameterValue | null])[]> {
  const rows = database
    .prepare(
      `SELECT trial_id, param_name, param_value, distribution_json
       FROM trial_params JOIN trials USING (trial_id) WHERE study_id = ? ORDER BY trial_id, param_id`,
    )
    .raw()
    .iterate(study) as IterableIterator<[number, string, number, string]>;
  const decoders = new Map<string, (value: number) => ParameterValue | null>();
  const found = new Map<number, (readonly [string, ParameterValue | null])[]>();
  for (const [trial, name, value, json] of rows) {
    const decode = decoders.get(json) ?? createDecoder(json);
    decoders.set(json, decode);
    const own = found.get(trial) ?? [];
    if (own.length === 0) found.set(trial, own);
    own.push([name, decode(value)]);
  }
  return found;
}

/** A choice stands in the table as its place. @returns null for a choice that is no text, number or truth value */
function createDecoder(json: string): (value: number) => ParameterValue | null {
  const { attributes } = JSON.parse(json) as { attributes?: { choices?: unknown } };
  const choices = attributes?.choices;
  if (!Array.isArray(choices)) return (value) => value;
  return (value) => {
    const choice: unknown = choices[value];
    const isKnown = ["string", "number", "boolean"].includes(typeof choice);
    return isKnown ? (choice as ParameterValue) : null;
  };
}

function groupSteps(
  database: StudyDatabase,
  study: number,
): ReadonlyMap<number, readonly (readonly [number, number])[]> {
  const rows = database
    .prepare(
      `SELECT trial_id, step, intermediate_value FROM trial_intermediate_values JOIN trials USING (trial_id)
       WHERE study_id = ? AND intermediate_value_type = 'FINITE' ORDER BY trial_id, step`,
    )
    .raw()
    .iterate(study) as IterableIterator<[number, number, number]>;
  const found = new Map<number, (readonly [number, number])[]>();
  for (const [trial, step, value] of rows) {
    const own = found.get(trial) ?? [];
    if (own.length === 0) found.set(trial, own);
    own.push([step, value]);
  }
  return found;
}
