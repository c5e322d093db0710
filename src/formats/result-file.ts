import * as z from "zod";
import { BsweepError } from "../core/errors.ts";
import { sha256 } from "../core/identity.ts";
import { PRECISIONS } from "../core/study.ts";
import { FAILURE_KINDS, RESULT_STATES, type StepRecord, type TrialResult } from "../core/trial.ts";
import { checkValue, parseJson, readJson } from "./issues.ts";
import { trialShape } from "./manifest.ts";
import { isBase64, isResult } from "./trial-guards.ts";
import { epochSchema, stepOfEpoch } from "./training-progress.ts";

export const holdoutSchema = z
  .strictObject({
    correct: z.int().min(0),
    count: z.int().min(1),
    predictions: z.string().refine(isBase64, "expected base64"),
  })
  .refine(({ correct, count }) => correct <= count, "expected correct <= count");

export const modelSchema = z.strictObject({
  parameters: z.int().min(0),
  flopsPerExample: z.number().min(0),
});

export const numericsSchema = z.strictObject({
  tensorflow: z.string(),
  cpu: z.string(),
  threads: z.int().min(1),
  precision: z.enum(PRECISIONS),
  gpu: z.string().optional(),
  features: z.array(z.string()).optional(),
  filterGradients: z.array(z.string()).optional(),
});

const failureSchema = z.strictObject({
  kind: z.enum(FAILURE_KINDS),
  message: z.string(),
  stderrTail: z.string().optional(),
});

const metricsSchema = z.record(z.string(), z.number());

const stepSchema: z.ZodType<StepRecord> = z.strictObject({
  step: z.int().min(0),
  metrics: metricsSchema,
  seconds: z.number().min(0),
});

const common = {
  ...trialShape,
  objective: z.number().nullable(),
  metrics: metricsSchema,
  holdout: holdoutSchema.nullable(),
  model: modelSchema.nullable(),
  failure: failureSchema.nullable(),
  timing: z.strictObject({ startedAt: z.iso.datetime(), seconds: z.number().min(0) }),
  usage: z.strictObject({
    peakMemoryMiB: z.number().nullable(),
    cpuSeconds: z.number().nullable(),
  }),
  element: z.strictObject({
    ...{ job: z.string(), index: z.int().min(0), host: z.string() },
    user: z.string().optional(),
  }),
  numerics: numericsSchema.nullable(),
  software: z.strictObject({ bsweep: z.string() }),
};

const currentSchema = z.strictObject({
  ...common,
  schemaVersion: z.literal(2),
  state: z.enum(RESULT_STATES),
  history: z.array(stepSchema),
  earlyEnd: z
    .strictObject({
      reason: z.string(),
      step: z.int().min(0).nullable(),
      value: z.number().nullable(),
    })
    .nullable(),
  warnings: z.array(z.string()),
});

/** bsweep 0.1.0: epochs with five measurements, and two states. */
const firstSchema = z
  .strictObject({
    ...common,
    schemaVersion: z.literal(1),
    state: z.enum(["complete", "failed"]),
    history: z.array(epochSchema),
  })
  .transform(({ history, ...result }) => ({
    ...result,
    schemaVersion: 2 as const,
    history: history.map(stepOfEpoch),
    earlyEnd: null,
    warnings: [],
  }));

export const resultSchema: z.ZodType<TrialResult> = z
  .discriminatedUnion("schemaVersion", [currentSchema, firstSchema])
  .refine(({ state, objective }) => (state === "complete") === (objective !== null), {
    message: "expected a value for a complete trial, null for any other",
    path: ["objective"],
  })
  .refine(({ state, failure }) => (state === "failed") === (failure !== null), {
    message: "expected a failure for a failed trial, null for any other",
    path: ["failure"],
  })
  .refine(
    ({ state, earlyEnd }) => (state === "pruned" || state === "skipped") === (earlyEnd !== null),
    {
      message: "expected a reason for a pruned or skipped trial, null for any other",
      path: ["earlyEnd"],
    },
  );

/** The last member of a result's text, and what it covers: every byte before it, closed by `}`. */
const SEAL = /,"checksum":"(sha256:[0-9a-f]{64})"\}\n?$/;

/** A result as the text of its file: one JSON line whose last member, `checksum`, covers all before it. */
export function formatResult(result: TrialResult): string {
  const content = JSON.stringify(result);
  return `${content.slice(0, -1)},"checksum":"sha256:${sha256(content)}"}\n`;
}

/** Reads a result and verifies its checksum, which is over the bytes as written. @throws BsweepError INVALID_RESULT */
export function parseResult(text: string, file: string): TrialResult {
  const as = { code: "INVALID_RESULT", what: "result" } as const;
  const seal = SEAL.exec(text.slice(-SEAL_LENGTH));
  if (seal?.[1] === undefined) {
    parseJson(text, { file }, z.looseObject({ checksum: z.string() }), as);
    throw mismatch(file);
  }
  const content = `${text.slice(0, text.lastIndexOf(',"checksum":'))}}`;
  if (seal[1] !== `sha256:${sha256(content)}`) throw mismatch(file);
  const value = readJson(content, { file }, as);
  // The form first: it ends where nesting would end the stack.
  const result = isResult(value) ? value : checkValue(value, { file }, resultSchema, as);
  // A key that stands twice has two readings: such a text is nobody's result.
  if (!doKeysStandOnce(content, value) && JSON.stringify(value) !== content) {
    throw new BsweepError("INVALID_RESULT", `${file} is not as bsweep writes it`, {
      hint: "a key stands twice, or it was written by something else",
    });
  }
  return result;
}

/**
 * Whether no key of a JSON text stands twice in its object, told by counting, a fifth of the time of writing the value
 * again; false for one that counting cannot tell of. Every key ends in `":` where no blank is between, and what else
 * looks like it only adds to the count.
 */
function doKeysStandOnce(text: string, value: unknown): boolean {
  if (/"\s+:/.test(text)) return false;
  let ends = 0;
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) ends += 1;
  return ends === countKeys(value);
}

function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) for (const member of value) count += countKeys(member);
  else {
    for (const name of Object.keys(value))
      count += 1 + countKeys((value as Readonly<Record<string, unknown>>)[name]);
  }
  return count;
}

/**
 * The history of a result as its file has it: cut out, since to write again takes as long as all else that is stored.
 * In valid JSON, `}],"` ends a list of objects unless a key ends in `}],`, which no member follows. The schema drops
 * `__proto__`, and nothing else.
 * @param text of the file that `result` was read from
 */
export function historyText(text: string, result: TrialResult): string {
  const names = Object.keys(result);
  const next = names[names.indexOf("history") + 1];
  // What is long is written before it.
  const start = text.indexOf('"history":[{', result.holdout?.predictions.length);
  const end = text.indexOf(`}],"${next}":`, start);
  const isPlain = !text.includes("\\") && !text.includes("__proto__");
  if (start < 0 || end < 0 || !isPlain) return JSON.stringify(result.history);
  return text.slice(start + '"history":'.length, end + "}]".length);
}

/** Characters a seal takes, its line end included. */
const SEAL_LENGTH = `,"checksum":"sha256:${"0".repeat(64)}"}\n`.length;

function mismatch(file: string): BsweepError {
  return new BsweepError("INVALID_RESULT", `${file} does not match its checksum`, {
    hint: "the file was changed or torn after it was written; the trial counts as not done",
  });
}
