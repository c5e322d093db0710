import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AttemptResult, PlannedAttempt } from "../../storage/attempts.ts";
import {
  elementLogName,
  parseArrayName,
  parseResultName,
  parseRoundName,
} from "../../workspace/layout.ts";
import type { SubmittedArray } from "./submitted.ts";

/** An element of a study. */
export type ElementPlace = Pick<PlannedAttempt, "round" | "array" | "index">;

/** The logs an element leaves. Absolute paths; the files need not be there. */
export interface ElementLogs {
  readonly array: SubmittedArray;
  readonly index: number;
  /** Its own log; `bsweep local` of 0.1.0 kept one of another name. */
  readonly logs: readonly string[];
  /** The scheduler's, with its words on the end; null without a job. */
  readonly schedulerLog: string | null;
}

/** The element that left a result, told by the file's place below results/<study>; undefined for any other file. */
export function placeOfResult(file: string): ElementPlace | undefined {
  const [roundFolder = "", arrayFolder = "", name = ""] = file.split("/");
  const round = parseRoundName(roundFolder);
  const array = parseArrayName(arrayFolder);
  const index = parseResultName(name)?.index;
  if (round === undefined || array === undefined || index === undefined) return undefined;
  return { round, array, index };
}

/** Where an element of an array logs. */
export function logsOfElement(array: SubmittedArray, index: number): ElementLogs {
  const { logFolder, job, pool } = array;
  const name = elementLogName(index);
  const ofScheduler = pool ? `${job}.out` : `${job}.${index}.out`;
  return {
    ...{ array, index },
    logs: [name, `local.${name}`].map((log) => join(logFolder, log)),
    schedulerLog: job === null ? null : join(logFolder, ofScheduler),
  };
}

/**
 * Of the elements that were to run one attempt, the canary's and the array's: once there is a result, the one that
 * left it; before, those with a log; all of them where nobody can tell.
 */
export function findLogsThatTell(
  places: readonly ElementPlace[],
  arrays: readonly SubmittedArray[],
  result: Pick<AttemptResult, "file"> | null,
): readonly ElementLogs[] {
  const byPlace = new Map(arrays.map((array) => [`${array.round} ${array.array}`, array]));
  const elements = places.flatMap(({ round, array, index }) => {
    const found = byPlace.get(`${round} ${array}`);
    return found === undefined ? [] : [logsOfElement(found, index)];
  });
  const place = placeOfResult(result?.file ?? "");
  const ran = elements.filter(({ array, index, logs }) =>
    place === undefined
      ? logs.some((log) => existsSync(log))
      : array.round === place.round && array.array === place.array && index === place.index,
  );
  return ran.length > 0 ? ran : elements;
}

/** The first that is there of an element's own logs and the scheduler's; undefined for none. */
export function findWrittenLog(elements: readonly ElementLogs[]): string | undefined {
  const own = elements.flatMap(({ logs }) => logs);
  const ofScheduler = elements.flatMap(({ schedulerLog }) => schedulerLog ?? []);
  return [...own, ...ofScheduler].find((log) => existsSync(log));
}
