import Papa from "papaparse";
import { BsweepError, messageOf } from "../../core/errors.ts";
import { readPlainFile } from "../../workspace/folder.ts";
import type { RawTrial, RawTrials } from "./raw-trial.ts";

/** What columns of others are called: ours, Optuna's `trials_dataframe`, W&B's export, Ray's results. */
const PARAMETER_PREFIXES = ["params.", "params_", "config.", "config/", ""];
const METRIC_PREFIXES = ["metrics.", "user_attrs_metrics.", "summary.", "summary/", ""];
const OBJECTIVES = ["objective", "value", "values_0"];
const NUMBERS = ["number", "trial", "trialNumber"];
const STATES = ["state", "State", "status"];
const EPOCHS = ["epochs"];
const SECONDS = ["seconds", "duration", "_runtime", "Runtime", "time_total_s"];

/** What the first letters of a state mean, in lower case. */
const STATE_WORDS: readonly (readonly [RegExp, RawTrial["state"]])[] = [
  [/^(?:complete|finished|terminated|done|success)/, "complete"],
  [/^pruned|^stopped/, "pruned"],
  [/^(?:fail|crash|error|killed)/, "failed"],
  [/^(?:running|waiting|pending|queued)/, "unfinished"],
];

export interface CsvColumns {
  /** Parameters that are looked for. */
  readonly parameters: readonly string[];
  /** The study's objective, and which column holds it where that is called otherwise. */
  readonly metric: string;
  readonly column: string | undefined;
}

/**
 * Reads trials from a table with a header, a row a trial; commas, semicolons or tabs.
 * @throws BsweepError INVALID_DATA for what is no such table; USAGE where the objective's column is not to be found
 */
export function readCsvTrials(file: string, wanted: CsvColumns): RawTrials {
  const { data, fields } = parse(file);
  const find = (...names: readonly string[]): string | undefined =>
    names.find((name) => fields.includes(name));
  const parameters = new Map(
    wanted.parameters.map((name) => [name, find(...PARAMETER_PREFIXES.map((own) => own + name))]),
  );
  const metricNames = METRIC_PREFIXES.map((own) => own + wanted.metric);
  const objective =
    wanted.column === undefined ? find(...metricNames, ...OBJECTIVES) : find(wanted.column);
  if (objective === undefined) throw missingObjective(file, fields, wanted);
  const metrics = fields.flatMap((field) => {
    const prefix = METRIC_PREFIXES.find((own) => own !== "" && field.startsWith(own));
    return prefix === undefined ? [] : [[field.slice(prefix.length), field] as const];
  });
  const columns: RowColumns = {
    ...{ parameters, objective, metrics },
    ...{ number: find(...NUMBERS), state: find(...STATES) },
    ...{ epochs: find(...EPOCHS), seconds: find(...SECONDS) },
  };
  const used = new Set<string | undefined>([
    ...parameters.values(),
    ...metrics.map(([, field]) => field),
    ...[objective, columns.number, columns.state, columns.epochs, columns.seconds],
  ]);
  return {
    name: null,
    trials: data.map((row, at) => readRow(row, at, columns)),
    unused: fields.filter((field) => !used.has(field)),
  };
}

type Row = Readonly<Record<string, string>>;

function parse(file: string): {
  readonly data: readonly Row[];
  readonly fields: readonly string[];
} {
  let text: string;
  try {
    text = readPlainFile(file);
  } catch (cause) {
    throw new BsweepError("INVALID_DATA", `cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
  const { data, meta, errors } = Papa.parse<Row>(text, {
    ...{ header: true, skipEmptyLines: "greedy" },
    delimitersToGuess: [",", ";", "\t"],
  });
  const [wrong] = errors.filter(({ type }) => type === "Quotes" || type === "FieldMismatch");
  const fields = meta.fields ?? [];
  if (wrong === undefined && data.length > 0 && !text.includes("\0")) return { data, fields };
  throw new BsweepError("INVALID_DATA", `${file} is no table of trials`, {
    issues: [
      {
        file,
        line: (wrong?.row ?? -1) + 2,
        path: "",
        message: wrong?.message ?? "found no row under a header, expected a row a trial",
      },
    ],
  });
}

function missingObjective(
  file: string,
  fields: readonly string[],
  { metric, column }: CsvColumns,
): BsweepError {
  return new BsweepError("USAGE", `${file} has no column ${column ?? metric}`, {
    hint: `--metric COLUMN names the one with the objective; it has ${fields.join(", ")}`,
  });
}

interface RowColumns {
  /** Undefined: there is no such column. */
  readonly parameters: ReadonlyMap<string, string | undefined>;
  readonly objective: string;
  readonly metrics: readonly (readonly [name: string, column: string])[];
  readonly number: string | undefined;
  readonly state: string | undefined;
  readonly epochs: string | undefined;
  readonly seconds: string | undefined;
}

function readRow(row: Row, at: number, columns: RowColumns): RawTrial {
  const cell = (column: string | undefined): string =>
    column === undefined ? "" : (row[column] ?? "").trim();
  const objective = toNumber(cell(columns.objective));
  return {
    number: toCount(cell(columns.number)) ?? at,
    params: Object.fromEntries(
      [...columns.parameters].flatMap(([name, column]) => {
        const value = cell(column);
        return value === "" ? [] : [[name, value]];
      }),
    ),
    state: toState(cell(columns.state), objective),
    objective,
    metrics: Object.fromEntries(
      columns.metrics.flatMap(([name, column]) => {
        const value = toNumber(cell(column));
        return value === null ? [] : [[name, value]];
      }),
    ),
    epochs: toCount(cell(columns.epochs)),
    seconds: toSeconds(cell(columns.seconds)),
    steps: [],
  };
}

function toNumber(text: string): number | null {
  const value = text === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function toCount(text: string): number | null {
  const value = toNumber(text);
  return value !== null && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** `12.5`, or `0 days 00:00:12.5` as pandas writes it. */
function toSeconds(text: string): number | null {
  const [, days, hours, minutes, seconds] =
    /^(\d+) days? (\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text) ?? [];
  if (seconds === undefined) {
    const value = toNumber(text);
    return value === null || value < 0 ? null : value;
  }
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}

/** Without a word, what has a value is complete. */
function toState(word: string, objective: number | null): RawTrial["state"] {
  const known = STATE_WORDS.find(([pattern]) => pattern.test(word.toLowerCase()))?.[1];
  const state = known ?? (objective === null ? "failed" : "complete");
  return state === "complete" && objective === null ? "failed" : state;
}
