import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BsweepError, messageOf, valueOr } from "../core/errors.ts";
import { hasMakerEnded, MAKER_MARK, makerMark } from "./maker.ts";

const NAME = new RegExp(`^bsweep-[0-9a-z]+-(${MAKER_MARK})-\\w{6}$`);

/**
 * A new folder in the temporary one, for its maker to remove. What killed makers left there goes.
 * @param purpose letters and digits, for its name
 * @throws BsweepError WORKSPACE
 */
export function makeScratchFolder(purpose: string): string {
  removeForsaken(tmpdir());
  try {
    return mkdtempSync(join(tmpdir(), `bsweep-${purpose}-${makerMark()}-`));
  } catch (cause) {
    throw new BsweepError("WORKSPACE", `cannot make a scratch folder: ${messageOf(cause)}`, {
      hint: "set TMPDIR to a folder that can be written",
      cause,
    });
  }
}

function removeForsaken(folder: string): void {
  for (const name of valueOr([], () => readdirSync(folder))) {
    const mark = NAME.exec(name)?.[1];
    if (mark === undefined || hasMakerEnded(mark) !== true) continue;
    // Somebody else's may stay.
    valueOr(undefined, () => rmSync(join(folder, name), { recursive: true, force: true }));
  }
}

/** Runs `use` in a folder for temporary files, removed afterwards. @throws BsweepError WORKSPACE */
export async function withScratchFolder<T>(
  purpose: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = makeScratchFolder(purpose);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
