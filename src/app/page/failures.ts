import { groupBy } from "../../core/objects.ts";
import type { PageFailures } from "../../stats/report-page.ts";
import type { PageFailure } from "../../storage/page-rows.ts";
import { showText } from "./text-table.ts";

/** Of a kind. */
const EXAMPLES = 20;
const TAIL_LENGTH = 4096;

/** Why trials failed, the most frequent kind first. @param failed by number */
export function listFailures(failed: readonly PageFailure[]): readonly PageFailures[] {
  return [...groupBy(failed, ({ kind }) => kind)]
    .map(([kind, group]) => ({
      kind,
      trials: group.length,
      examples: group.slice(0, EXAMPLES).map(({ number, message, stderrTail }) => ({
        number,
        message: showText(message),
        tail: showText(stderrTail.trimEnd(), TAIL_LENGTH),
      })),
    }))
    .sort((a, b) => b.trials - a.trials || (a.kind < b.kind ? -1 : 1));
}
