import type { RoundNotice } from "../app/notice.ts";
import { formatCount, formatValue, plural } from "../core/quantities.ts";
import { toCell } from "./cells.ts";

/** In a line, for the subject or the text of a mail. */
export function formatNotice(notice: RoundNotice): string {
  const { study, round, trials, complete, failed, best, objective } = notice;
  const left = trials - complete - failed;
  const mean =
    best === null || best.replicates === 1
      ? ""
      : `, mean of ${plural(best.replicates, "replicate")}`;
  return [
    `${study}, round ${round}: ${formatCount(complete)} of ${plural(trials, "trial")} complete`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(left > 0 ? [`${formatCount(left)} without a result`] : []),
    ...(best === null
      ? []
      : [
          `best: trial ${best.number}, ${toCell(objective.metric)} ${formatValue(best.objective)}${mean}`,
        ]),
  ].join(", ");
}
