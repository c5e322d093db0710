import { dropAbsent, groupBy } from "../../core/objects.ts";
import type { ResultRecord } from "../../storage/trial-record.ts";
import type { PlannedAttempt } from "../../storage/attempts.ts";
import { type ElementLogs, logsOfElement } from "../cluster/element-logs.ts";
import type { ObservedTrial } from "../cluster/observe.ts";
import type { SubmittedArray } from "../cluster/submitted.ts";

/** One attempt at a trial. */
export interface ShownAttempt {
  readonly attempt: number;
  /** The elements that were to run it: the canary's before the array's. */
  readonly elements: readonly ShownElement[];
  /** Usually one; none so far, or more where an element ran again. */
  readonly results: readonly Omit<ResultRecord, "history">[];
}

interface ShownElement extends Pick<PlannedAttempt, "round" | "array" | "index"> {
  /** The scheduler's id of the array; null where none was written down, or its round cannot be read. */
  readonly job: string | null;
  /** Who asked for the job; null while nobody did. */
  readonly submitter: string | null;
}

/** @param results by attempt */
export function listAttempts(
  { planned }: Pick<ObservedTrial, "planned">,
  arrays: readonly SubmittedArray[],
  results: readonly ResultRecord[],
): readonly ShownAttempt[] {
  const byPlace = indexArrays(arrays);
  return [...groupBy(planned, ({ attempt }) => attempt)]
    .sort(([a], [b]) => a - b)
    .map(([attempt, own]) => ({
      attempt,
      elements: own.map((place) => describe(place, byPlace(place))),
      results: results.filter((each) => each.attempt === attempt).map(withoutHistory),
    }));
}

/** Steps are told once, of the result that counts. */
function withoutHistory(result: ResultRecord): Omit<ResultRecord, "history"> {
  return dropAbsent({ ...result, history: undefined });
}

function describe(
  { round, array, index }: PlannedAttempt,
  found: SubmittedArray | undefined,
): ShownElement {
  const { job = null, submitter = null } = found ?? {};
  return { round, array, index, job, submitter: submitter?.name ?? null };
}

/** The elements that were to run a trial and their logs, as far as their rounds can be read. */
export function listElements(
  { planned }: Pick<ObservedTrial, "planned">,
  arrays: readonly SubmittedArray[],
): readonly ElementLogs[] {
  const byPlace = indexArrays(arrays);
  return planned.flatMap((place) => {
    const array = byPlace(place);
    return array === undefined ? [] : [logsOfElement(array, place.index)];
  });
}

function indexArrays(arrays: readonly SubmittedArray[]) {
  const nameOf = ({ round, array }: Pick<SubmittedArray, "round" | "array">): string =>
    `${round} ${array}`;
  const byPlace = new Map(arrays.map((array) => [nameOf(array), array]));
  return (place: Pick<SubmittedArray, "round" | "array">) => byPlace.get(nameOf(place));
}
