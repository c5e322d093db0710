import { promises as fs } from "node:fs";
import { join } from "node:path";
import pLimit from "p-limit";
import { valueOr } from "../../core/errors.ts";
import type { OpenElement } from "../../core/standing.ts";
import type { PlannedAttempt } from "../../storage/attempts.ts";
import { elementLogName } from "../../workspace/layout.ts";
import { listFolder } from "../../workspace/folder.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { findWrittenLog, logsOfElement } from "./element-logs.ts";
import { findComplaint, readLogEnd } from "./log-end.ts";
import { lookUp, type SchedulerAnswer } from "./query.ts";
import type { SubmittedArray } from "./submitted.ts";

/** An attempt without a result. */
export interface OpenAttempt {
  readonly planned: PlannedAttempt;
  /** `gone`: the round's folder is; `unread`: it is there, and cannot be used. */
  readonly array: SubmittedArray | "gone" | "unread";
}

/** Files asked about at once. */
const FILES_AT_ONCE = 64;

/** What is known of each attempt's element, in the same order. */
export async function describeOpenElements(
  attempts: readonly OpenAttempt[],
  answer: SchedulerAnswer,
): Promise<readonly OpenElement[]> {
  const logs = new Map<string, ReadonlySet<string>>();
  // An element of a pool has a log as soon as a task has come to it.
  const isTaken = ({ logFolder }: SubmittedArray, index: number): boolean => {
    const names = logs.get(logFolder) ?? new Set(valueOr([], () => listFolder(logFolder)));
    logs.set(logFolder, names);
    return names.has(elementLogName(index));
  };
  return pLimit(FILES_AT_ONCE).map(attempts, async (open) => {
    const { planned } = open;
    const array = arrayOf(open);
    const element: OpenElement = {
      attempt: planned.attempt,
      element: lookUpAttempt(open, answer),
      taken: array?.pool === true ? isTaken(array, planned.index) : null,
      lastSign: null,
      complaint: null,
      submitter: array?.submitter?.name ?? "somebody else",
      resultGraceSeconds: array?.resultGraceSeconds ?? 0,
      memoryMiB: array?.limits.memoryMiB ?? Infinity,
    };
    return addComplaint(await addSign(element, open), open);
  });
}

/** The array of an attempt, where its round can be used. */
export function arrayOf({ array }: OpenAttempt): SubmittedArray | undefined {
  return typeof array === "string" ? undefined : array;
}

/** What the scheduler tells of an attempt's element, and what no scheduler can tell. */
export function lookUpAttempt(
  { planned, array }: OpenAttempt,
  answer: SchedulerAnswer,
): OpenElement["element"] {
  if (array === "gone") return "forgotten";
  if (array === "unread") return "unknown";
  if (array.job === null) return array.inDoubt ? "in doubt" : "not submitted";
  return lookUp(answer, array, planned.index);
}

/** Whether it is told of by a record for all that had not started of its array. */
export function isToldWithOthers(
  told: OpenElement["element"],
  { array }: Pick<OpenAttempt, "array">,
): boolean {
  if (typeof told === "string" || typeof array === "string") return false;
  return told.index === 0 && !array.pool;
}

/** Of an element that ended at a time nobody tells, the last change of its log. */
async function addSign(element: OpenElement, open: OpenAttempt): Promise<OpenElement> {
  const { planned, array } = open;
  const told = element.element;
  const isWithOthers = isToldWithOthers(told, open);
  const hasEndedSometime =
    typeof told === "string"
      ? told === "forgotten"
      : (told.state === "done" || told.state === "exited") && told.finishedAt === null;
  if (typeof array === "string" || (!hasEndedSometime && !isWithOthers)) return element;
  const log = join(array.logFolder, elementLogName(planned.index));
  try {
    const lastSign = (await fs.stat(log)).mtime;
    // It had started, so the record is not of this one.
    return { ...element, lastSign, ...(isWithOthers ? { element: "forgotten" } : {}) };
  } catch {
    return element;
  }
}

/** Of an element that failed by itself, or that nobody knows any more, why it did, where its log or the scheduler's ends with that. */
async function addComplaint(
  element: OpenElement,
  { planned, array }: OpenAttempt,
): Promise<OpenElement> {
  const told = element.element;
  const hasFailed =
    typeof told === "string"
      ? told === "forgotten"
      : told.state === "exited" && told.cause === "other";
  if (typeof array === "string" || !hasFailed) return element;
  const log = findWrittenLog([logsOfElement(array, planned.index)]);
  if (log === undefined) return element;
  const lines = schedulerOf(array).withoutJobFile(await readLogEnd(log));
  return { ...element, complaint: findComplaint(lines) };
}
