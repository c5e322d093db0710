import { join } from "node:path";
import { BsweepError, messageOf } from "../../core/errors.ts";
import { sha256 } from "../../core/identity.ts";
import type { Round } from "../../formats/round-file.ts";
import { type EarlierTrial, parseSearchHistory } from "../../formats/search-history.ts";
import { readPlainFile } from "../../workspace/folder.ts";
import { HISTORY_FILE, type Layout } from "../../workspace/layout.ts";

/** What was known before a round whose trials choose. @throws BsweepError INVALID_MANIFEST for what the round was not made with */
export function readEarlierTrials(
  layout: Layout,
  { study, round, search }: Pick<Round, "study" | "round" | "search">,
): readonly EarlierTrial[] {
  const file = join(layout.round(study, round), HISTORY_FILE);
  try {
    const text = readPlainFile(file);
    if (sha256(text) === search?.history) return parseSearchHistory(text, file);
    throw new BsweepError("INVALID_MANIFEST", `${file} is not what the round was made with`);
  } catch (cause) {
    if (cause instanceof BsweepError) throw cause;
    throw new BsweepError("INVALID_MANIFEST", `cannot read ${file}: ${messageOf(cause)}`, {
      cause,
    });
  }
}
