import { join } from "node:path";
import { schedulerOf } from "../../schedulers/index.ts";
import {
  elementLogName,
  parseArrayName,
  parseResultName,
  parseRoundName,
} from "../../workspace/layout.ts";
import type { SubmittedArray } from "./submitted.ts";

/** An element of a study. */
export interface ElementPlace {
  readonly round: number;
  readonly array: number;
  readonly index: number;
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

/** The array of an element, and the log that the element writes itself. Absolute. */
export function findElementLog(
  arrays: readonly SubmittedArray[],
  { round, array, index }: ElementPlace,
): { readonly array: SubmittedArray; readonly log: string } | undefined {
  const found = arrays.find((each) => each.round === round && each.array === array);
  if (found === undefined) return undefined;
  // `bsweep local` keeps what an element prints under a name of its own.
  const name = `${schedulerOf(found).submits ? "" : "local."}${elementLogName(index)}`;
  return { array: found, log: join(found.logFolder, name) };
}
