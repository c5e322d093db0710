import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseResult } from "../../formats/result-file.ts";
import { arrayName, type Layout } from "../../workspace/layout.ts";
import { listFolder } from "../../workspace/folder.ts";

export interface CanaryOutcome {
  readonly state: "complete" | "failed";
  /** Why it failed; "" when it did not. */
  readonly message: string;
}

/** The end of the one trial of a canary round; undefined before its result is there. */
export function canaryOutcome(
  layout: Layout,
  study: string,
  round: number,
): CanaryOutcome | undefined {
  const folder = join(layout.roundResults(study, round), arrayName(1));
  for (const name of listFolder(folder)) {
    try {
      const { state, failure } = parseResult(readFileSync(join(folder, name), "utf8"), name);
      return { state, message: failure === null ? "" : `${failure.kind}: ${failure.message}` };
    } catch {
      // Being written, or torn: collect tells of the latter.
    }
  }
  return undefined;
}
