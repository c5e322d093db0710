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

/** Losses of the other trials that have reached a rung; of one that came to it twice the lower. @throws BsweepError WORKSPACE */
export function readRung(place: RungPlace, own: number): readonly number[] {
  const losses = new Map<number, number>();
  for (const name of listFolder(folderOf(place))) {
    const [, number = "", text = ""] = NAME.exec(name) ?? [];
    const loss = Number(text);
    if (text === "" || !Number.isFinite(loss) || Number(number) === own) continue;
    losses.set(Number(number), Math.min(loss, losses.get(Number(number)) ?? Infinity));
  }
  return [...losses.values()];
}
