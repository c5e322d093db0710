import { basename } from "node:path";
import { valueOr } from "../core/errors.ts";
import { FULL } from "../formats/result-pack.ts";
import {
  listLooseResults,
  type LooseResult,
  lookAt,
  type OnProgress,
  removeLooseResults,
  type SeenResult,
} from "./loose-results.ts";
import { measurePack, writePack } from "./pack-writer.ts";
import { isAway, readPackedBytes, readRoundPacks, type RoundPacks } from "./packs.ts";

/** What packing a round did, or would do. */
export interface PackedRound {
  /** Results that went into new packs, and the bytes of their files. */
  readonly results: number;
  readonly bytes: number;
  /** New packs. */
  readonly packs: number;
  readonly packedBytes: number;
  /** Files that went: those, and what a pack had already. */
  readonly removed: number;
  /** Files that stay: no valid results. */
  readonly left: number;
}

export interface PackOptions {
  /** Whether it is a result as its name says: only such go into a pack. */
  readonly isResult: (name: string, text: string) => boolean;
  /** Nothing is written, nor removed. */
  readonly dryRun: boolean;
  readonly onProgress: OnProgress;
}

/**
 * Puts the results of a round into packs, and removes their files once the packs stand and give back every byte. Killed at
 * any moment, each result is in a file, in a pack or in both; the next call goes on. Those who do it at once do it twice
 * over at worst. A result that comes later is a file beside the packs.
 * @throws BsweepError WORKSPACE when something cannot be read or written
 */
export function packRound(roundFolder: string, options: PackOptions): PackedRound {
  const { dryRun, onProgress } = options;
  const { groups, spare, left } = sortOut(roundFolder, options);
  const done = { results: 0, bytes: 0, packs: 0, packedBytes: 0, removed: 0, left };
  for (const files of groups) {
    const packed = dryRun
      ? measurePack(files, onProgress)
      : writePack(roundFolder, files, onProgress);
    done.results += packed.files;
    done.bytes += packed.bytes;
    done.packedBytes += packed.packedBytes;
    done.packs += packed.files === 0 ? 0 : 1;
    done.removed += dryRun ? packed.files : removeLooseResults(packed.same, onProgress);
  }
  const removed = dryRun ? spare.length : removeLooseResults(spare, onProgress);
  return { ...done, removed: done.removed + removed };
}

interface Sorted {
  /** A new pack for each. */
  readonly groups: readonly LooseResult[][];
  /** What a pack holds already, byte for byte: who packed it was killed. */
  readonly spare: readonly Pick<SeenResult, "file" | "stamp">[];
  readonly left: number;
}

function sortOut(roundFolder: string, { isResult, onProgress }: PackOptions): Sorted {
  const files = listLooseResults(roundFolder);
  // After the files: what stands now is not unpacked while this goes on.
  const packs = readRoundPacks(roundFolder);
  const groups: LooseResult[][] = [];
  const spare: Sorted["spare"][number][] = [];
  let [left, bytes] = [0, 0];
  for (const [at, file] of files.entries()) {
    onProgress("checking", at + 1, files.length);
    const seen = lookAgain(file);
    if (seen === "gone") continue;
    const text = seen === "unreadable" ? "" : seen.bytes.toString("utf8");
    if (seen === "unreadable" || !isResult(basename(file.path), text)) left += 1;
    else if (isPacked(seen, packs)) spare.push({ file, stamp: seen.stamp });
    else {
      const last = groups.at(-1);
      if (last === undefined || last.length >= FULL.files || bytes >= FULL.bytes) groups.push([]);
      if (groups.at(-1) !== last) bytes = 0;
      groups.at(-1)?.push(file);
      bytes += seen.bytes.length;
    }
  }
  return { groups, spare, left };
}

function lookAgain(file: LooseResult): SeenResult | "gone" | "unreadable" {
  try {
    return lookAt(file) ?? "gone";
  } catch (error) {
    return isAway(error) ? "gone" : "unreadable";
  }
}

/** Whether a pack has these very bytes under this name. */
function isPacked({ file, bytes }: SeenResult, { results }: RoundPacks): boolean {
  const [array = "", name = ""] = file.name.split("/");
  const packed = results.get(array)?.get(name);
  return packed !== undefined && valueOr(false, () => readPackedBytes(packed).equals(bytes));
}
