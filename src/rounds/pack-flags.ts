import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, messageOf } from "../core/errors.ts";
import { temporaryBeside } from "../workspace/atomic.ts";
import { listFolder } from "../workspace/folder.ts";
import { hasMakerEnded, MAKER_MARK } from "../workspace/maker.ts";

type Deed = "packing" | "unpacking";
const OPPOSITE = { packing: "unpacking", unpacking: "packing" } as const;

/**
 * Packs or unpacks a round while nobody does the opposite: one removes files because they are in a pack, the other a pack
 * because its files are there. Each says first what it does, by a file of its own, and looks then: of two, at most one goes
 * on. What a killed process has left says nothing, and is cleared as all leftovers are.
 * @throws BsweepError CONFLICT while the opposite is done; WORKSPACE
 */
export async function whileNobodyUndoes<T>(
  roundFolder: string,
  deed: Deed,
  act: () => Promise<T>,
): Promise<T> {
  const flag = temporaryBeside(join(roundFolder, deed));
  try {
    writeFileSync(flag, "", { flag: "wx" });
  } catch (cause) {
    throw new BsweepError("WORKSPACE", `cannot write ${flag}: ${messageOf(cause)}`, { cause });
  }
  try {
    const other = listFolder(roundFolder).find((name) => isRaised(name, OPPOSITE[deed]));
    if (other !== undefined) {
      const message = `${roundFolder}: another process is ${OPPOSITE[deed]} it`;
      const hint = `run this again when it has ended; if it ran on another machine and was killed, remove ${join(roundFolder, other)}`;
      throw new BsweepError("CONFLICT", message, { hint });
    }
    return await act();
  } finally {
    rmSync(flag, { force: true });
  }
}

const FLAG = new RegExp(`^\\.(packing|unpacking)\\.(${MAKER_MARK})\\.[0-9a-f]{12}\\.tmp$`);

function isRaised(name: string, deed: Deed): boolean {
  const [, found, mark] = FLAG.exec(name) ?? [];
  return found === deed && mark !== undefined && hasMakerEnded(mark) !== true;
}
