import { join } from "node:path";
import { parseArrayName, parseRoundName } from "../workspace/layout.ts";
import { listFolder } from "../workspace/folder.ts";

/** A file that claims to be a result, by its place. */
export interface ResultFile {
  /** `round-001/array-02/17.<trialId>.1.<nonce>.json`: its name in the database. */
  readonly file: string;
  readonly path: string;
  readonly round: number;
  readonly array: number;
  readonly name: string;
}

/**
 * Every `*.json` below `results/<study>/round-NNN/array-NN`, temporary files left out, in no order.
 * What `readdir` tells is taken as it is: on cached storage `stat` may know less (contract 3).
 * @param folder `results/<study>`; no files when there is none
 * @throws BsweepError WORKSPACE when a folder cannot be read
 */
export function listResultFiles(folder: string): readonly ResultFile[] {
  const files: ResultFile[] = [];
  for (const roundFolder of listFolder(folder)) {
    const round = parseRoundName(roundFolder);
    if (round === undefined) continue;
    for (const arrayFolder of listFolder(join(folder, roundFolder))) {
      const array = parseArrayName(arrayFolder);
      if (array === undefined) continue;
      const place = `${roundFolder}/${arrayFolder}`;
      for (const name of listFolder(join(folder, place))) {
        if (name.startsWith(".") || !name.endsWith(".json")) continue;
        const file = `${place}/${name}`;
        files.push({ file, path: `${folder}/${file}`, round, array, name });
      }
    }
  }
  return files;
}
