import type * as z from "zod";
import { BsweepError } from "../core/errors.ts";
import { isObject } from "../core/objects.ts";
import {
  FAILURE_KINDS,
  type Failure,
  type FailureKind,
  type TrainerReport,
} from "../core/trial.ts";
import { formatPath } from "./issues.ts";
import { holdoutSchema, modelSchema, numericsSchema } from "./result-file.ts";
import { showValue } from "./schema-issues.ts";
import { ToldNumbers } from "./told-numbers.ts";
import { readHistory } from "./told-steps.ts";
import { type Json, type JsonObject, parseTolerantJson } from "./tolerant-json.ts";
import { Warnings } from "./warnings.ts";

/** What a report may hold. */
const KEYS = ["metrics", "history", "holdout", "model", "numerics", "failure"] as const;
/** Of a failure that a trainer tells itself. */
const MAX_MESSAGE_LENGTH = 1000;
/** A larger hold-out would make the result too large to be read. */
const MAX_PREDICTIONS_LENGTH = 8 * 1024 * 1024;

export interface ReadReport extends Pick<ToldNumbers, "oddObjective"> {
  readonly report: TrainerReport;
}

/**
 * Reads what a trainer left, as whatever language wrote it. What is odd beside the objective is left out with a warning.
 * @param objective the metric that the trial is judged by; undefined where none is
 * @throws BsweepError INVALID_RESULT for what is no report at all: `is no JSON: found ...`
 */
export function readTrainerReport(
  text: string,
  warnings: Warnings,
  objective?: string,
): ReadReport {
  const told = unwrap(
    parseTolerantJson(text, (name) =>
      warnings.add("there twice in the report, and the last one counts", name),
    ),
  );
  if (!isObject(told)) {
    const message = `holds ${showValue(told)}, expected {"metrics": {"${objective ?? "name"}": ...}}`;
    throw new BsweepError("INVALID_RESULT", message);
  }
  const failure = readFailure(told["failure"]);
  const numbers = readMetrics(told, failure, new ToldNumbers(warnings, "", objective), warnings);
  const read = <T>(key: string, schema: z.ZodType<T>): Partial<Record<string, T>> =>
    readPart(told, key, schema, warnings);
  const report: TrainerReport = {
    metrics: numbers.metrics,
    history: readHistory(told["history"], warnings),
    ...read("holdout", holdoutSchema.refine(isHandy, "too many rows")),
    ...read("model", modelSchema),
    ...read("numerics", numericsSchema),
    ...(failure === undefined ? {} : { failure }),
  };
  return { report, oddObjective: numbers.oddObjective };
}

/** As `readTrainerReport`, where no trial is judged. @throws BsweepError INVALID_RESULT */
export function parseTrainerReport(text: string, file: string): TrainerReport {
  try {
    return readTrainerReport(text, new Warnings()).report;
  } catch (cause) {
    if (!(cause instanceof BsweepError)) throw cause;
    throw new BsweepError(cause.code, `${file} ${cause.message}`, { cause });
  }
}

/** R writes a list of one for what is one thing. */
function unwrap(value: Json): Json {
  return Array.isArray(value) && value.length === 1 ? (value[0] as Json) : value;
}

/** The numbers below `metrics`; without it those at the top, where a first trainer may have them. */
function readMetrics(
  known: JsonObject,
  failure: Failure | undefined,
  numbers: ToldNumbers,
  warnings: Warnings,
): ToldNumbers {
  const others = Object.fromEntries(
    Object.entries(known).filter(([key]) => !(KEYS as readonly string[]).includes(key)),
  );
  const metrics = unwrap(known["metrics"]);
  if (isObject(metrics)) {
    for (const key of Object.keys(others)) warnings.add("unknown in a report, so left out", key);
    return numbers.collect(metrics);
  }
  numbers.collect(others);
  const isAny = Object.keys(numbers.metrics).length > 0 || numbers.oddObjective !== undefined;
  if (isAny) warnings.add("the report has no `metrics`: its numbers at the top are taken for them");
  else if (failure === undefined) {
    const found = Object.keys(known).slice(0, 10).join(", ") || "nothing";
    throw new BsweepError("INVALID_RESULT", `has no \`metrics\`: found ${found}`);
  }
  return numbers;
}

function isHandy({ predictions }: { readonly predictions: string }): boolean {
  return predictions.length <= MAX_PREDICTIONS_LENGTH;
}

/** `{ [key]: value }`, or nothing where there is none that fits. */
function readPart<T>(
  known: JsonObject,
  key: string,
  schema: z.ZodType<T>,
  warnings: Warnings,
): Partial<Record<string, T>> {
  const told = known[key];
  if (told === undefined || told === null) return {};
  const checked = schema.safeParse(told);
  if (checked.success) return { [key]: checked.data };
  const [issue] = checked.error.issues;
  const path = formatPath([key, ...(issue?.path ?? [])]);
  warnings.add(`\`${key}\` is left out, for ${path}: ${issue?.message ?? "it does not fit"}`);
  return {};
}

/** Whatever is told here says that there is nothing to rank. */
function readFailure(told: Json): Failure | undefined {
  if (told === undefined || told === null || told === false || told === "") return undefined;
  const { kind, message } = isObject(told) ? told : { kind: "error", message: told };
  const text = typeof message === "string" ? message : "the trainer reported a failure";
  const isKnown = (FAILURE_KINDS as readonly unknown[]).includes(kind);
  return {
    kind: isKnown ? (kind as FailureKind) : "error",
    message: text.slice(0, MAX_MESSAGE_LENGTH),
  };
}
