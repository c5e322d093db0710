import { valueOr } from "../../core/errors.ts";
import { isObject } from "../../core/objects.ts";
import type { Dimension, Distribution, ParameterValue } from "../../core/study.ts";
import type { ForeignStudy } from "../../formats/foreign/study.ts";
import type { StudyDatabase } from "../database.ts";
import { withOptunaStudy } from "./read.ts";

/**
 * What the trials of an Optuna study were drawn from.
 * @param wanted the study's name, where there are several
 * @throws BsweepError as readOptunaStudy does
 */
export function readOptunaSpace(path: string, wanted: string | undefined): ForeignStudy {
  return withOptunaStudy(path, wanted, (database, { id, direction }) => {
    const notes: string[] = [];
    const dimensions = listDimensions(database, id, (line) => notes.push(line));
    const [trials, metric] = [countTrials(database, id), readMetricName(database, id)];
    if (metric === undefined)
      notes.push("Optuna does not name what is optimized: `value` stands for it");
    notes.push("the objective function becomes a program: write it into trainer.command");
    return {
      ...{ source: "Optuna study", space: { dimensions, constraints: [] } },
      ...{ command: null, argsStyle: null, pruner: null, notes },
      objective: { metric: metric ?? "value", direction },
      sampler: { kind: "gp", trials: Math.max(1, trials) },
    };
  });
}

type Row = [name: string, json: string, trials: number];

function listDimensions(
  database: StudyDatabase,
  study: number,
  note: (line: string) => void,
): Dimension[] {
  const trials = countTrials(database, study);
  const rows = database
    .prepare(
      `SELECT param_name, max(distribution_json), count(DISTINCT trial_id)
       FROM trial_params JOIN trials USING (trial_id) WHERE study_id = ?
       GROUP BY param_name ORDER BY min(param_id)`,
    )
    .raw()
    .all(study) as Row[];
  return rows.flatMap(([name, json, count]) => {
    const distribution = toDistribution(json);
    if (distribution === null || name in {}) {
      note(`${name} is left out: ${json}`);
      return [];
    }
    if (count < trials)
      note(
        `${name}: ${count} of ${trials} trials have it; say when, such as when: { parent: value }`,
      );
    return [{ name, distribution }];
  });
}

/** `distribution_to_json`, of Optuna 3 and older. */
function toDistribution(json: string): Distribution | null {
  const written: unknown = valueOr(null, () => JSON.parse(json) as unknown);
  const { name, attributes } = isObject(written) ? written : {};
  if (!isObject(attributes)) return null;
  const { low, high, step, q, log, choices } = attributes;
  if (Array.isArray(choices)) return { kind: "categorical", values: choices as ParameterValue[] };
  if (typeof low !== "number" || typeof high !== "number" || typeof name !== "string") return null;
  if (!(low < high)) return { kind: "categorical", values: [low] };
  const range = { low, high, log: log === true || name.includes("Log") };
  const width = [step, q].find((each) => typeof each === "number");
  if (name.startsWith("Int")) return { kind: "integer", ...range, step: width ?? 1 };
  return { kind: "real", ...range, ...(width === undefined ? {} : { step: width }) };
}

function countTrials(database: StudyDatabase, study: number): number {
  return database
    .prepare("SELECT count(*) FROM trials WHERE study_id = ?")
    .pluck()
    .get(study) as number;
}

/** As Optuna's set_metric_names keeps them. */
function readMetricName(database: StudyDatabase, study: number): string | undefined {
  const json = database
    .prepare(
      "SELECT value_json FROM study_system_attributes WHERE study_id = ? AND key = 'study:metric_names'",
    )
    .pluck()
    .get(study) as string | undefined;
  const names: unknown = valueOr(undefined, () => JSON.parse(json ?? "null") as unknown);
  return Array.isArray(names) && typeof names[0] === "string" ? names[0] : undefined;
}
