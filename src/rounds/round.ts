import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, isSystemError, messageOf } from "../core/errors.ts";
import type { Round } from "../core/round.ts";
import { parseRoundFile } from "../formats/round-file.ts";
import { ROUND_FILE, type Layout } from "../workspace/layout.ts";

/**
 * A round's round.json; undefined for a round that has none: it is being generated, or never was.
 * @throws BsweepError INVALID_MANIFEST when it cannot be used, or stands in another round's folder
 */
export function readRound(layout: Layout, study: string, number: number): Round | undefined {
  const path = join(layout.round(study, number), ROUND_FILE);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (isSystemError(cause, "ENOENT")) return undefined;
    throw new BsweepError("INVALID_MANIFEST", `cannot read ${path}: ${messageOf(cause)}`, {
      cause,
    });
  }
  const round = parseRoundFile(text, path);
  if (round.study === study && round.round === number) return round;
  throw new BsweepError(
    "INVALID_MANIFEST",
    `${path}: found round ${round.round} of ${round.study}, expected round ${number} of ${study}`,
  );
}
