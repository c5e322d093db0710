import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { isSystemError } from "../../core/errors.ts";
import { listFolder } from "../../workspace/folder.ts";

/** `<trial number>.<loss>` */
const NAME = /^([1-9]\d{0,8})\.(-?\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?)$/;

/** Where a rung's values lie: an empty file a trial, its name says all. */
export interface RungPlace {
  /** Of the study. */
  readonly folder: string;
  /** What is compared: the setting and the epochs. */
  readonly within: string;
  readonly bracket: number;
  /** The step. */
  readonly rung: number;
}

const folderOf = ({ folder, within, bracket, rung }: RungPlace): string =>
  join(folder, `${within}-${bracket}`, String(rung));

/** Leaves a trial's loss at a rung; to do so again changes nothing. @throws Error as writeFileSync does */
export function leaveAtRung(place: RungPlace, number: number, loss: number): void {
  const folder = folderOf(place);
  mkdirSync(folder, { recursive: true });
  try {
    closeSync(openSync(join(folder, `${number}.${loss}`), "wx"));
  } catch (error) {
    if (!isSystemError(error, "EEXIST")) throw error;
  }
}

/** Losses of the other trials that have reached a rung. @throws BsweepError WORKSPACE */
export function readRung(place: RungPlace, own: number): readonly number[] {
  const losses = readLosses(folderOf(place));
  losses.delete(own);
  return [...losses.values()];
}

/** By trial number; of one that came to it twice the lower. */
function readLosses(folder: string): Map<number, number> {
  const losses = new Map<number, number>();
  for (const name of listFolder(folder)) {
    const [, number = "", text = ""] = NAME.exec(name) ?? [];
    const loss = Number(text);
    if (text === "" || !Number.isFinite(loss)) continue;
    losses.set(Number(number), Math.min(loss, losses.get(Number(number)) ?? Infinity));
  }
  return losses;
}

/** A rung, and who has come to it. */
export interface Rung extends Pick<RungPlace, "bracket" | "rung"> {
  /** By trial number. */
  readonly losses: ReadonlyMap<number, number>;
}

/** Every rung that a trial has come to, by bracket and step. @throws BsweepError WORKSPACE */
export function listRungs({ folder, within }: Pick<RungPlace, "folder" | "within">): Rung[] {
  const beginning = `${within}-`;
  return listNumbers(folder, beginning)
    .flatMap((bracket) => {
      const rungs = listNumbers(join(folder, `${beginning}${bracket}`), "");
      return rungs.map((rung) => ({ folder, within, bracket, rung }));
    })
    .map(({ bracket, rung, ...place }) => ({
      ...{ bracket, rung },
      losses: readLosses(folderOf({ ...place, bracket, rung })),
    }))
    .filter(({ losses }) => losses.size > 0);
}

/** Of names that are a beginning and a number, the numbers, ascending. */
function listNumbers(folder: string, beginning: string): number[] {
  return listFolder(folder)
    .filter((name) => name.startsWith(beginning))
    .map((name) => name.slice(beginning.length))
    .filter((text) => /^(?:0|[1-9]\d{0,8})$/.test(text))
    .map(Number)
    .sort((a, b) => a - b);
}
