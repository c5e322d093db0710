import { type CollectSummary, countAdded } from "../app/collect/collect.ts";
import { formatCount, plural } from "../core/quantities.ts";
import { RESULT_STATES, type ResultState } from "../core/trial.ts";
import { toCell } from "./cells.ts";

const MAX_LISTED = 20;
const MAX_REASON_LENGTH = 200;

/** What `collect` did, in one line, then every file set aside with its reason, new ones first. */
export function formatCollected({ study, added, unchanged, setAside }: CollectSummary): string {
  const lines = [...setAside]
    .sort((a, b) => Number(a.known) - Number(b.known))
    .map(({ file, reason, known }) => {
      return `  ${known ? "" : "new: "}${toCell(file, MAX_REASON_LENGTH)}: ${toCell(reason, MAX_REASON_LENGTH)}`;
    });
  const rest = lines.length - MAX_LISTED;
  return [
    `${study}: ${describeAdded(added)}, ${formatCount(unchanged)} unchanged, ${formatCount(setAside.length)} set aside`,
    ...lines.slice(0, MAX_LISTED),
    ...(rest > 0 ? [`  and ${formatCount(rest)} more; --json lists them all`] : []),
  ].join("\n");
}

function describeAdded(added: CollectSummary["added"]): string {
  const results = plural(countAdded(added), "new result");
  if (countAdded(added) === 0) return results;
  const told = RESULT_STATES.filter((state) => added[state] > 0 || USUAL.has(state));
  return `${results} (${told.map((state) => `${formatCount(added[state])} ${state}`).join(", ")})`;
}

/** States that are told even where no result has them. */
const USUAL: ReadonlySet<ResultState> = new Set(["complete", "failed"]);
