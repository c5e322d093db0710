import { BsweepError, messageOf } from "../../core/errors.ts";
import { type ImportedTrials, parseImportedTrials } from "../../formats/imported-trials.ts";
import { readPlainFile } from "../../workspace/folder.ts";

/** Trials that `import` has written. @throws BsweepError INVALID_DATA */
export function readImportedTrials(file: string): ImportedTrials {
  try {
    return parseImportedTrials(readPlainFile(file), file);
  } catch (cause) {
    if (cause instanceof BsweepError) throw cause;
    throw new BsweepError("INVALID_DATA", `cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}
