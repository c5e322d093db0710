import { statSync } from "node:fs";
import { join } from "node:path";
import { valueOr } from "../../core/errors.ts";
import { groupBy } from "../../core/objects.ts";
import type { AttemptRecord, LostElement } from "../../stats/ledger/attempt.ts";
import type { MissingAttempt } from "../../storage/attempt-costs.ts";
import type { PlannedAttempt } from "../../storage/attempts.ts";
import { elementLogName } from "../../workspace/layout.ts";
import { placeOfResult } from "../cluster/element-logs.ts";
import { readLogStart } from "../cluster/log-end.ts";
import type { RequestBook } from "./request-book.ts";

/** How an element's log begins (templates/partials/element-log.hbs): local time, with its offset from UTC. */
const BEGINNING = /^== job .*, (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)([+-]\d\d):?(\d\d)$/m;

/**
 * Attempts that left no result: those that a later attempt has replaced, for no trial is tried again while it may be alive,
 * by element; of the others only how many there are, for files do not tell whether they live.
 */
export function findLostElements(
  missing: readonly MissingAttempt[],
  attempts: readonly AttemptRecord[],
  book: RequestBook,
): { readonly lost: readonly LostElement[]; readonly open: number } {
  // The canary's trial stands in two elements, one of which leaves its result.
  const open = missing.filter(({ isReplaced, isComplete }) => !isReplaced && !isComplete);
  const elements = groupBy(
    missing.filter(({ isReplaced }) => isReplaced),
    nameElement,
  );
  const used = elements.size === 0 ? new Map<string, number>() : secondsByElement(attempts);
  const lost = [...elements].flatMap(([name, own]) => describeLost(own, used.get(name) ?? 0, book));
  return { lost, open: new Set(open.map(({ trialId }) => trialId)).size };
}

const nameElement = ({
  round,
  array,
  index,
}: Pick<PlannedAttempt, "round" | "array" | "index">): string => `${round}/${array}/${index}`;

/** Of the trials that did leave a result. */
function secondsByElement(attempts: readonly AttemptRecord[]): ReadonlyMap<string, number> {
  const used = new Map<string, number>();
  for (const { file, seconds } of attempts) {
    const place = placeOfResult(file);
    if (place === undefined) continue;
    const name = nameElement(place);
    used.set(name, (used.get(name) ?? 0) + seconds);
  }
  return used;
}

/** None where it never started. */
function describeLost(
  own: readonly PlannedAttempt[],
  usedSeconds: number,
  book: RequestBook,
): LostElement[] {
  const [first] = own;
  if (first === undefined) return [];
  const { round, array, index } = first;
  const request = book.requestOf(round);
  const log = join(book.logFolder(round, array), elementLogName(index));
  const span = measureLog(log);
  // Without a log nobody knows whether it ever started, once its round is gone.
  if (span === undefined) return request === null ? [lostOf(own, null, null)] : [];
  const seconds = span === null ? null : Math.max(0, span - usedSeconds);
  return [lostOf(own, seconds, request)];
}

const lostOf = (
  own: readonly PlannedAttempt[],
  seconds: number | null,
  request: LostElement["request"],
): LostElement => ({ attempts: own.length, seconds, request });

/** Seconds from its first line to its last change; null where it does not say when it began, undefined for no log. */
function measureLog(log: string): number | null | undefined {
  const last = valueOr(undefined, () => statSync(log).mtimeMs);
  if (last === undefined) return undefined;
  const [, time, hours = "", minutes = ""] = BEGINNING.exec(readLogStart(log)) ?? [];
  if (time === undefined) return null;
  const seconds = (last - Date.parse(`${time}${hours}:${minutes}`)) / 1000;
  return seconds >= 0 ? seconds : null;
}
