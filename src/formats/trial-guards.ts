import type { RungEvidence } from "../core/pruning.ts";
import { PRECISIONS } from "../core/study.ts";
import {
  FAILURE_KINDS,
  type ManifestElement,
  RESULT_STATES,
  type StepRecord,
  type Trial,
  type TrialResult,
} from "../core/trial.ts";
import {
  type Guard,
  isAtLeast,
  isInteger,
  isListOf,
  isNumber,
  isObjectOf,
  isOneOf,
  isRecordOf,
  isText,
  type MemberGuards,
  orAbsent,
  orNull,
} from "./guards.ts";

type Member<Name extends keyof TrialResult> = NonNullable<TrialResult[Name]>;

/** 16 hex digits (core/identity.ts). */
export const TRIAL_ID = /^[0-9a-f]{16}$/;

const isTrialId: Guard = (value) => typeof value === "string" && TRIAL_ID.test(value);

/** Deeper ones are refused: whoever wrote them did not mean it. */
const MOST_NESTED = 20;

function isParameterValue(value: unknown, depth = 0): boolean {
  if (isText(value) || isNumber(value) || typeof value === "boolean" || value === null) return true;
  if (depth >= MOST_NESTED) return false;
  const isInner: Guard = (inner) => isParameterValue(inner, depth + 1);
  return isListOf(isInner)(value) || isRecordOf(isInner)(value);
}

/** Of a trial, in manifests and results. */
const TRIAL_GUARDS: MemberGuards<Trial> = {
  number: isInteger(1),
  trialId: isTrialId,
  params: isRecordOf((value) => isParameterValue(value)),
  replicate: isInteger(0),
  seed: isInteger(0),
  resource: isObjectOf({ epochs: isInteger(1) } satisfies MemberGuards<Trial["resource"]>),
  attempt: isInteger(1),
  slot: orAbsent(isTrialId),
};

/** Decoding and encoding takes a tenth of the time of an expression, for the thousands of bytes there are. */
export const isBase64 = (text: string): boolean =>
  Buffer.from(text, "base64").toString("base64") === text;

/** `2026-01-02T03:04:05.678Z`, as JavaScript writes it, of years of four digits; the schema knows the other forms. */
const isTime: Guard = (value) =>
  typeof value === "string" &&
  value.length === "2026-01-02T03:04:05.678Z".length &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString() === value;

const hasForm = isObjectOf({
  ...TRIAL_GUARDS,
  schemaVersion: (value) => value === 2,
  state: isOneOf(RESULT_STATES),
  objective: orNull(isNumber),
  metrics: isRecordOf(isNumber),
  holdout: orNull(
    isObjectOf({
      correct: isInteger(0),
      count: isInteger(1),
      predictions: (value) => typeof value === "string" && isBase64(value),
    } satisfies MemberGuards<Member<"holdout">>),
  ),
  model: orNull(
    isObjectOf({ parameters: isInteger(0), flopsPerExample: isAtLeast(0) } satisfies MemberGuards<
      Member<"model">
    >),
  ),
  history: isListOf(
    isObjectOf({
      step: isInteger(0),
      metrics: isRecordOf(isNumber),
      seconds: isAtLeast(0),
    } satisfies MemberGuards<StepRecord>),
  ),
  failure: orNull(
    isObjectOf({
      kind: isOneOf(FAILURE_KINDS),
      message: isText,
      stderrTail: orAbsent(isText),
    } satisfies MemberGuards<Member<"failure">>),
  ),
  earlyEnd: orNull(
    isObjectOf({
      reason: isText,
      step: orNull(isInteger(0)),
      value: orNull(isNumber),
      evidence: orAbsent(
        isObjectOf({
          rung: isInteger(0),
          bracket: isInteger(0),
          rank: isInteger(1),
          of: isInteger(1),
          cut: orNull(isNumber),
          entered: orAbsent(isInteger(1)),
        } satisfies MemberGuards<RungEvidence>),
      ),
    } satisfies MemberGuards<Member<"earlyEnd">>),
  ),
  warnings: isListOf(isText),
  timing: isObjectOf({
    startedAt: isTime,
    seconds: isAtLeast(0),
  } satisfies MemberGuards<TrialResult["timing"]>),
  usage: isObjectOf({
    peakMemoryMiB: orNull(isNumber),
    cpuSeconds: orNull(isNumber),
  } satisfies MemberGuards<TrialResult["usage"]>),
  element: isObjectOf({
    job: isText,
    index: isInteger(0),
    host: isText,
    user: orAbsent(isText),
  } satisfies MemberGuards<TrialResult["element"]>),
  numerics: orNull(
    isObjectOf({
      tensorflow: isText,
      cpu: isText,
      threads: isInteger(1),
      precision: isOneOf(PRECISIONS),
      gpu: orAbsent(isText),
      features: orAbsent(isListOf(isText)),
      filterGradients: orAbsent(isListOf(isText)),
    } satisfies MemberGuards<Member<"numerics">>),
  ),
  software: isObjectOf({ bsweep: isText } satisfies MemberGuards<TrialResult["software"]>),
} satisfies MemberGuards<TrialResult>);

/** Whether a value is a line of a manifest; as isResult says. */
export function isManifestElement(value: unknown): value is ManifestElement {
  return hasElementForm(value) && (value as ManifestElement).trials.length > 0;
}

const hasElementForm = isObjectOf({
  schemaVersion: (value) => value === 1,
  index: isInteger(1),
  trials: isListOf(isObjectOf(TRIAL_GUARDS)),
} satisfies MemberGuards<ManifestElement>);

/** Whether a value is a result as this bsweep writes it; false tells nothing: the schema (result-file.ts) does. */
export function isResult(value: unknown): value is TrialResult {
  return hasForm(value) && isConsistent(value as TrialResult);
}

function isConsistent({ state, objective, failure, earlyEnd, holdout }: TrialResult): boolean {
  const isEarly = state === "pruned" || state === "skipped";
  return (
    (state === "complete") === (objective !== null) &&
    (state === "failed") === (failure !== null) &&
    isEarly === (earlyEnd !== null) &&
    (holdout === null || holdout.correct <= holdout.count)
  );
}
