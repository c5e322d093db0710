import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import type { AttemptResult, Attempts, PlannedAttempt } from "../../storage/attempts.ts";
import { collectAttempts, type CollectFirstOptions } from "../collect/collect-first.ts";
import { type ElementLogs, findLogsThatTell } from "../cluster/element-logs.ts";
import { whyUnusable } from "../../rounds/round.ts";
import { readUsableArrays } from "../cluster/submitted.ts";

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
  readonly elements: readonly SharedLogs[];
}

/** An element's logs, and whether it runs other trials too. */
interface SharedLogs extends ElementLogs {
  readonly isShared: boolean;
}

/**
 * @throws BsweepError USAGE for a trial or an attempt that there is none of; INVALID_MANIFEST or WORKSPACE when its round
 *   cannot be used; else as collectFirst does
 */
export async function findLogs(options: FindLogsOptions, effects: Effects): Promise<AttemptLogs> {
  return selectLogs(await collectAttempts(options, effects, () => null), options, effects);
}

/** The same of attempts that are known. @throws BsweepError as findLogs does */
export function selectLogs(
  { planned, results }: Attempts,
  options: FindLogsOptions,
  effects: Effects,
): AttemptLogs {
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
  const { arrays, unusable } = readUsableArrays(options.layout, options.study);
  for (const { isKnown, error } of unusable) if (isKnown) effects.reporter.warn(error.message);
  const elements = findLogsThatTell(own, arrays, result);
  const why = whyUnusable(unusable, first.round);
  if (elements.length === 0 && why !== undefined) throw why;
  const isShared = ({ array, index }: ElementLogs): boolean =>
    planned.filter(
      (each) => each.round === array.round && each.array === array.array && each.index === index,
    ).length > 1;
  return {
    ...{ trialId, attempt, result, number: first.number },
    elements: elements.map((logs) => ({ ...logs, isShared: isShared(logs) })),
  };
}

/** The trial that a person names. @throws BsweepError USAGE for none, or more than one */
export function findTrialId(word: string, planned: readonly PlannedAttempt[]): string {
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
