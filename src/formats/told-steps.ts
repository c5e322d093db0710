import { isObject } from "../core/objects.ts";
import type { StepRecord } from "../core/trial.ts";
import { showValue } from "./schema-issues.ts";
import { readNumber, ToldNumbers } from "./told-numbers.ts";
import { type Json, parseTolerantJson } from "./tolerant-json.ts";
import type { Warnings } from "./warnings.ts";

/** Names under which programs count steps; the first that is there counts, another is a metric. */
const STEP_KEYS = ["step", "epoch", "iteration"] as const;

/** The name under which something counts its steps; undefined where it does not. */
export function stepKeyOf(told: object): (typeof STEP_KEYS)[number] | undefined {
  return STEP_KEYS.find((name) => Object.hasOwn(told, name));
}

/** How a line begins by which a trainer tells of a step while it runs. */
const PROGRESS_PREFIX = "bsweep:";

/** As JSON; a larger history could make a result too large to be read. */
const MAX_HISTORY_BYTES = 4 * 1024 * 1024;

/** What holds where a step does not say. */
interface Unsaid {
  readonly step: number;
  readonly seconds: number;
}

/**
 * A step as trainers tell it: `{"epoch": 1, "rmse": 3, "seconds": 6}`, `{"step": 1, "metrics": {"rmse": 3}}`. What is
 * odd about it is a warning; undefined when nothing of it can be used.
 */
function readStep(told: Json, unsaid: Unsaid, warnings: Warnings): StepRecord | undefined {
  if (!isObject(told)) {
    warnings.add("no step, so left out of the history", showValue(told));
    return undefined;
  }
  const { seconds, metrics, ...others } = told;
  const key = stepKeyOf(others);
  const step = key === undefined ? unsaid.step : readNumber(others[key])?.number;
  if (!Number.isSafeInteger(step) || step === undefined || step < 0) {
    const found = `${key ?? "step"} ${showValue(others[key ?? "step"])}`;
    warnings.add("a step has a whole number from 0, so left out of the history", found);
    return undefined;
  }
  const measured = Object.entries(others).filter(([name]) => name !== key);
  const numbers = new ToldNumbers(warnings, "history: ").collect(Object.fromEntries(measured));
  if (isObject(metrics)) numbers.collect(metrics);
  else if (metrics !== undefined) numbers.collect({ metrics });
  return { step, metrics: numbers.metrics, seconds: readSeconds(seconds) ?? unsaid.seconds };
}

function readSeconds(told: Json): number | undefined {
  const seconds = readNumber(told)?.number ?? NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

/**
 * The steps of a report's `history`: a list of them, or Keras' lists by name (`{"loss": [0.3, 0.2]}`). One without a
 * number comes after the one before, from 1.
 */
export function readHistory(told: Json, warnings: Warnings): readonly StepRecord[] {
  if (told === undefined || told === null) return [];
  let last = 0;
  return listEntries(told).flatMap((entry) => {
    const step = readStep(entry, { step: last + 1, seconds: 0 }, warnings);
    last = step?.step ?? last;
    return step ?? [];
  });
}

function listEntries(told: Json): readonly Json[] {
  if (Array.isArray(told)) return told as readonly Json[];
  const columns = Object.entries(isObject(told) ? told : {}).flatMap(([name, values]) =>
    Array.isArray(values) ? [{ name, values: values as readonly Json[] }] : [],
  );
  const length = columns.reduce((most, { values }) => Math.max(most, values.length), 0);
  if (length === 0) return [told];
  return Array.from({ length }, (_, row) => {
    const present = columns.filter(({ values }) => row < values.length);
    return Object.fromEntries(present.map(({ name, values }) => [name, values[row]]));
  });
}

/**
 * The step that a line of output tells of, `bsweep: {"step": 3, "loss": 0.1}`; undefined for any other line. One that
 * begins like it and cannot be read is a warning.
 */
export function readProgressLine(
  line: string,
  unsaid: Unsaid,
  warnings: Warnings,
): StepRecord | undefined {
  if (!line.startsWith(PROGRESS_PREFIX)) return undefined;
  try {
    const told = parseTolerantJson(line.slice(PROGRESS_PREFIX.length), () => undefined);
    return readStep(told, unsaid, warnings);
  } catch {
    warnings.add("a line of output that cannot be read as a step", line);
    return undefined;
  }
}

/** A step as a line of output. */
export function formatProgressLine({ step, metrics, seconds }: StepRecord): string {
  const told = { step, ...metrics, seconds };
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(6)) : value;
  return `${PROGRESS_PREFIX} ${JSON.stringify(told, rounded)}`;
}

/**
 * One record a step, in ascending order: the last that was told, while it ran and then in the report, which may leave
 * the seconds to the lines.
 */
export function mergeHistories(
  told: Iterable<StepRecord>,
  reported: Iterable<StepRecord>,
  warnings: Warnings,
): readonly StepRecord[] {
  const steps = new Map([...told].map((record) => [record.step, record]));
  for (const record of reported) {
    const seconds = record.seconds > 0 ? record.seconds : (steps.get(record.step)?.seconds ?? 0);
    steps.set(record.step, { ...record, seconds });
  }
  const history = [...steps.values()].sort((a, b) => a.step - b.step);
  if (Buffer.byteLength(JSON.stringify(history)) <= MAX_HISTORY_BYTES) return history;
  warnings.add(
    `the history is left out: ${history.length} steps take more than ${MAX_HISTORY_BYTES} bytes`,
  );
  return [];
}
