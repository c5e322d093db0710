import Papa from "papaparse";
import { BsweepError } from "../core/errors.ts";
import { isObject } from "../core/objects.ts";
import type { StepRecord } from "../core/trial.ts";
import { readHistory, stepKeyOf } from "./told-steps.ts";
import { type Json, type JsonObject, parseNumber, parseTolerantJson } from "./tolerant-json.ts";
import type { Warnings } from "./warnings.ts";

/** Ends of names that are read; one without is a folder of TensorBoard's event files. */
export const METRICS_FILE_NAME =
  /^[^\p{Cc}]*(?:\.(?:json|jsonl|ndjson|csv)|tfevents[^\/\p{Cc}]*|[^\/\p{Cc}]\/|(?:^|\/)[^.\/\p{Cc}]+)$/u;

/** Whether what a name stands for is read as event files of TensorBoard. */
export function isOfTensorBoard(name: string): boolean {
  return !/\.(?:json|jsonl|ndjson|csv)$/.test(name);
}

/** What a program wrote by itself: its last values by name, and its steps. */
export interface ToldFile {
  readonly metrics: JsonObject;
  readonly history: readonly StepRecord[];
}

/**
 * Reads the metrics that a program wrote for itself: a JSON object of numbers, with lists for steps; a list of steps, or a
 * line each; a table (CSV) with a header and a step a row. The last value of each name is final.
 * @param file its name, whose end says what it holds
 * @throws BsweepError INVALID_RESULT `is no JSON: found ...`
 */
export function readMetricsFile(text: string, file: string, warnings: Warnings): ToldFile {
  if (file.endsWith(".csv")) return gather(readTable(text), {}, warnings);
  const isLines = /\.(?:jsonl|ndjson)$/.test(file);
  const told = isLines ? readLines(text, warnings) : readJson(text, warnings);
  if (Array.isArray(told)) return gather(told as readonly Json[], {}, warnings);
  if (!isObject(told))
    throw new BsweepError("INVALID_RESULT", "holds neither an object nor a list of steps");
  const inner = told["metrics"];
  const single = isObject(inner) ? { ...told, ...inner, metrics: undefined } : told;
  const lists = Object.entries(single).filter(([, value]) => Array.isArray(value));
  const columns = lists.filter(([, values]) => !holdsSteps(values));
  const steps = lists.flatMap(([, values]) => (holdsSteps(values) ? (values as Json[]) : []));
  const numbers = Object.entries(single).filter(
    ([, value]) => value !== undefined && !Array.isArray(value),
  );
  return gather(
    [...steps, ...toRows(Object.fromEntries<Json>(columns))],
    Object.fromEntries<Json>(numbers),
    warnings,
  );
}

function holdsSteps(values: Json): boolean {
  return Array.isArray(values) && values.some((value) => isObject(value));
}

/** One list a name, as Keras has them, as a step a place. */
function toRows(columns: JsonObject): JsonObject[] {
  const lists = Object.entries(columns) as [string, readonly Json[]][];
  const length = lists.reduce((most, [, values]) => Math.max(most, values.length), 0);
  return Array.from({ length }, (_, row) =>
    Object.fromEntries(
      lists.flatMap(([name, values]) => (row < values.length ? [[name, values[row]]] : [])),
    ),
  );
}

/** @param metrics that stand beside the steps: they count before theirs */
export function gather(steps: readonly Json[], metrics: JsonObject, warnings: Warnings): ToldFile {
  const last: Record<string, Json> = Object.create(null) as Record<string, Json>;
  const rows = steps.filter((step) => isObject(step));
  for (const row of rows) {
    const counted = stepKeyOf(row);
    Object.assign(last, Object.fromEntries(Object.entries(row).filter(([key]) => key !== counted)));
  }
  return { metrics: { ...last, ...metrics }, history: mergeRows(readHistory(rows, warnings)) };
}

/** Rows of one step, of which each tells a part, are one. */
function mergeRows(records: readonly StepRecord[]): readonly StepRecord[] {
  const steps = new Map<number, StepRecord>();
  for (const record of records) {
    const { metrics, seconds = 0 } = steps.get(record.step) ?? {};
    const both = { ...metrics, ...record.metrics };
    steps.set(record.step, { ...record, metrics: both, seconds: seconds + record.seconds });
  }
  return [...steps.values()];
}

/** Cells that hold a number; others say nothing. */
function readTable(text: string): JsonObject[] {
  const { data } = Papa.parse<Record<string, string>>(text.replace(/^\uFEFF/, ""), {
    header: true,
    skipEmptyLines: "greedy",
    transformHeader: (name) => name.trim(),
  });
  return data.map((row) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([name, cell]) => {
        const number = typeof cell === "string" ? parseNumber(cell.trim()) : undefined;
        return number === undefined || name === "" ? [] : [[name, number]];
      }),
    ),
  );
}

/** Many a program writes a line each into what it calls JSON. */
function readJson(text: string, warnings: Warnings): Json {
  try {
    return parseTolerantJson(text, () => undefined);
  } catch (error) {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length < 2 || !lines.every((line) => line.trimStart().startsWith("{"))) throw error;
    return readLines(text, warnings);
  }
}

function readLines(text: string, warnings: Warnings): Json {
  return text.split("\n").flatMap((line, place) => {
    if (line.trim() === "") return [];
    try {
      return [parseTolerantJson(line, () => undefined)];
    } catch {
      warnings.add("lines of trainer.metricsFile that are no JSON, so left out", `${place + 1}`);
      return [];
    }
  });
}
