import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import type { AttemptResult, PlannedAttempt } from "../../storage/attempts.ts";
import { elementLogName } from "../../workspace/layout.ts";
import { collectAttempts, type CollectFirstOptions } from "../collect/collect-first.ts";
import { placeOfResult, readSubmittedArrays, type SubmittedArray } from "../cluster/submitted.ts";

export interface FindLogsOptions extends CollectFirstOptions {
  /** A trial's number, or the beginning of its id. */
  readonly trial: string;
  /** From 1; by default the latest. */
  readonly attempt?: number;
}

/** One attempt at a trial, and what tells of it. */
export interface AttemptLogs extends Pick<PlannedAttempt, "trialId" | "number" | "attempt"> {
  readonly result: AttemptResult | null;
  /** The elements that were to run it, the canary's first. */
  readonly elements: readonly ElementLogs[];
}

/** Absolute paths; the files need not be there. */
export interface ElementLogs {
  readonly array: SubmittedArray;
  readonly index: number;
  /** Its own log; `bsweep local` keeps one more where the site has no scheduler. */
  readonly logs: readonly string[];
  /** The scheduler's, with its words on the end; null without a job. */
  readonly schedulerLog: string | null;
  /** Whether it runs other trials too. */
  readonly isShared: boolean;
}

/** @throws BsweepError USAGE for a trial or an attempt that there is none of; else as collectFirst does */
export async function findLogs(options: FindLogsOptions, effects: Effects): Promise<AttemptLogs> {
  const { planned, results } = await collectAttempts(options, effects, () => null);
  const trialId = findTrialId(options.trial, planned);
  const attempts = planned.filter((each) => each.trialId === trialId);
  const attempt = options.attempt ?? Math.max(...attempts.map((each) => each.attempt));
  const own = attempts.filter((each) => each.attempt === attempt);
  const [first] = own;
  if (first === undefined) {
    const known = [...new Set(attempts.map((each) => each.attempt))].join(", ");
    throw new BsweepError("USAGE", `--attempt: found ${attempt}, expected one of: ${known}`);
  }
  const result =
    results.find((each) => each.trialId === trialId && each.attempt === attempt) ?? null;
  const arrays = readSubmittedArrays(options.layout, options.study);
  const elements = own.flatMap((each) => describeElement(each, arrays, planned));
  return {
    ...{ trialId, attempt, result, number: first.number },
    elements: keepTheOneThatRan(elements, result),
  };
}

function findTrialId(word: string, planned: readonly PlannedAttempt[]): string {
  const byNumber = planned.find(({ number }) => String(number) === word);
  if (byNumber !== undefined) return byNumber.trialId;
  const ids = new Set(
    planned.filter(({ trialId }) => trialId.startsWith(word)).map(({ trialId }) => trialId),
  );
  const [id, ...others] = /^[0-9a-f]{4,16}$/.test(word) ? ids : [];
  if (id !== undefined && others.length === 0) return id;
  const highest = planned.reduce((most, { number }) => Math.max(most, number), 0);
  throw new BsweepError(
    "USAGE",
    id === undefined
      ? `found trial ${JSON.stringify(word)}, expected a number from 1 to ${highest}, or the beginning of an id`
      : `${JSON.stringify(word)} is the beginning of ${ids.size} ids: ${[...ids].slice(0, 3).join(", ")} ...`,
    { hint: "bsweep report STUDY lists trials by number" },
  );
}

function describeElement(
  { round, array: number, index }: PlannedAttempt,
  arrays: readonly SubmittedArray[],
  planned: readonly PlannedAttempt[],
): readonly ElementLogs[] {
  const array = arrays.find((each) => each.round === round && each.array === number);
  if (array === undefined) return [];
  const name = elementLogName(index);
  const { logFolder, job, pool } = array;
  const inElement = planned.filter(
    (each) => each.round === round && each.array === number && each.index === index,
  );
  return [
    {
      ...{ array, index },
      logs: [name, `local.${name}`].map((log) => join(logFolder, log)),
      schedulerLog:
        job === null ? null : join(logFolder, pool ? `${job}.out` : `${job}.${index}.out`),
      isShared: inElement.length > 1,
    },
  ];
}

/** The canary's element and the array's: once there is a result, the one that left it; before, those with a log. */
function keepTheOneThatRan(
  elements: readonly ElementLogs[],
  result: AttemptResult | null,
): readonly ElementLogs[] {
  const place = placeOfResult(result?.file ?? "");
  const ran = elements.filter(({ array, index, logs }) =>
    place === undefined
      ? logs.some((log) => existsSync(log))
      : array.round === place.round && array.array === place.array && index === place.index,
  );
  return ran.length > 0 ? ran : elements;
}
