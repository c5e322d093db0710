import type { Effects } from "../../core/effects.ts";
import { groupBy } from "../../core/objects.ts";
import { decideStanding, type OpenElement, type Standing } from "../../core/standing.ts";
import type { AttemptResult, Attempts, PlannedAttempt } from "../../storage/attempts.ts";
import type { StudyDatabase } from "../../storage/database.ts";
import { CANARY } from "../../workspace/layout.ts";
import { collectAttempts, type CollectFirstOptions } from "../collect/collect-first.ts";
import {
  arrayOf,
  describeOpenElements,
  isToldWithOthers,
  lookUpAttempt,
  type OpenAttempt,
} from "./open-elements.ts";
import { askHistory, querySchedulers, type SchedulerAnswer } from "./query.ts";
import { whyUnusable } from "../../rounds/round.ts";
import { readUsableArrays, type SubmittedArray } from "./submitted.ts";

export interface ObserveOptions extends CollectFirstOptions {
  /** What the schedulers told a moment ago: they are not asked again. */
  readonly answer?: SchedulerAnswer;
}

/** A study at one moment: its files, and what the schedulers say of the rest. */
export interface Observation {
  readonly now: Date;
  readonly arrays: readonly SubmittedArray[];
  /** By number. */
  readonly trials: readonly ObservedTrial[];
  readonly results: readonly AttemptResult[];
  readonly answer: SchedulerAnswer;
}

export interface ObservedTrial extends Pick<PlannedAttempt, "trialId" | "number"> {
  readonly state: Standing;
  /** All of it, by round, array and index: the canary's element before the array's. */
  readonly planned: readonly PlannedAttempt[];
  /** Where its latest attempt stands, the canary's element left aside. */
  readonly place: PlannedAttempt;
  /** The result that counts. */
  readonly result: AttemptResult | null;
}

/**
 * Collects, asks each scheduler once about the arrays in which a result is missing, and says where each trial
 * stands.
 * @throws BsweepError CONFLICT when the study has no round; WORKSPACE when there is no such workspace
 */
export async function observeStudy(
  options: ObserveOptions,
  effects: Effects,
): Promise<Observation> {
  return (await observeAnd(options, effects, () => null)).observation;
}

/** The same, with something else that the database tells. */
export async function observeAnd<T>(
  options: ObserveOptions,
  effects: Effects,
  read: (database: StudyDatabase) => T,
): Promise<{ readonly observation: Observation; readonly also: T }> {
  const collected = await collectAttempts(options, effects, read);
  return { observation: await observe(collected, options, effects), also: collected.also };
}

async function observe(
  { planned, results }: Attempts,
  options: ObserveOptions,
  effects: Effects,
): Promise<Observation> {
  const { arrays, unusable } = readUsableArrays(options.layout, options.study);
  for (const { isKnown, error } of unusable) if (isKnown) effects.reporter.warn(error.message);
  const counted = new Map(
    results.filter(({ counts }) => counts).map((result) => [result.trialId, result]),
  );
  const byPlace = new Map(arrays.map((array) => [`${array.round} ${array.array}`, array]));
  const open = findOpen(planned, results, counted, (place) => {
    const array = byPlace.get(`${place.round} ${place.array}`);
    return array ?? (whyUnusable(unusable, place.round) === undefined ? "gone" : "unread");
  });
  const answer = options.answer ?? (await askAbout(open, effects));
  const elements = await describeOpenElements(open, answer);
  const openByTrial = groupBy(
    elements.map((element, place) => ({ element, trialId: open[place]?.planned.trialId ?? "" })),
    ({ trialId }) => trialId,
  );
  const now = effects.now();
  const trials = [...groupBy(planned, ({ trialId }) => trialId)].flatMap(([trialId, attempts]) => {
    const result = counted.get(trialId) ?? null;
    const mine = (openByTrial.get(trialId) ?? []).map(({ element }) => element);
    return observeTrial(attempts, result, mine, now);
  });
  return { now, arrays, results, answer, trials: trials.sort((a, b) => a.number - b.number) };
}

function observeTrial(
  planned: readonly PlannedAttempt[],
  result: AttemptResult | null,
  open: readonly OpenElement[],
  now: Date,
): ObservedTrial[] {
  // Of equal attempts the last one: arrays come after the canary.
  const place = planned.reduce<PlannedAttempt | undefined>(
    (latest, each) => (each.attempt >= (latest?.attempt ?? 0) ? each : latest),
    undefined,
  );
  if (place === undefined) return [];
  const { trialId, number } = place;
  const counted = result && {
    attempt: result.attempt,
    ...(result.state === "failed"
      ? { state: result.state, failure: result.failure ?? "error" }
      : { state: result.state }),
  };
  const state = decideStanding(counted, open, now);
  return [{ trialId, number, state, planned, place, result }];
}

/** Attempts without a result, of trials that are not complete. */
function findOpen(
  planned: readonly PlannedAttempt[],
  results: readonly AttemptResult[],
  counted: ReadonlyMap<string, AttemptResult>,
  arrayAt: (place: PlannedAttempt) => OpenAttempt["array"],
): readonly OpenAttempt[] {
  const isComplete = ({ trialId }: Pick<PlannedAttempt, "trialId">): boolean =>
    counted.get(trialId)?.state === "complete";
  const nameOf = ({ trialId, attempt }: Pick<PlannedAttempt, "trialId" | "attempt">): string =>
    `${trialId} ${attempt}`;
  const ended = new Set(results.filter((result) => !isComplete(result)).map(nameOf));
  return (
    planned
      .filter((each) => !isComplete(each) && !ended.has(nameOf(each)))
      .map((each) => ({ planned: each, array: arrayAt(each) }))
      // A canary that was left out: its trial stands in the first array too.
      .filter(
        ({ array }) =>
          typeof array === "string" ||
          array.array !== CANARY ||
          array.job !== null ||
          array.inDoubt,
      )
  );
}

/** One question to each scheduler; a second one to its accounting when it has forgotten some. */
async function askAbout(
  open: readonly OpenAttempt[],
  effects: Pick<Effects, "now">,
): Promise<SchedulerAnswer> {
  const arrays = new Set(open.flatMap((each) => arrayOf(each) ?? []));
  const answer = await querySchedulers([...arrays], effects);
  const forgotten = open.filter((each) => {
    const told = lookUpAttempt(each, answer);
    return told === "forgotten" || told === "hidden" || isToldWithOthers(told, each);
  });
  const gone = new Set(forgotten.flatMap((each) => arrayOf(each) ?? []));
  return gone.size === 0 ? answer : askHistory(answer, [...gone], effects);
}
