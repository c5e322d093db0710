import type { Verification, VerifiedTrial } from "../app/verify/verify.ts";
import { groupBy } from "../core/objects.ts";
import { formatCount, formatValue, plural } from "../core/quantities.ts";
import { drawTable, numberColumns, toCell } from "./cells.ts";

const WORDS: Readonly<Record<VerifiedTrial["verdict"], string>> = {
  identical: "identical bit for bit",
  "within-noise": "within noise",
  different: "different",
  unknown: "different, by what may be noise: nothing tells how much is",
  failed: "failed here",
};

/** What `bsweep verify` has found. */
export function formatVerification(verification: Verification): string {
  const { study, archive, files, complete, trials, interrupted, metric } = verification;
  const byVerdict = groupBy(trials, ({ verdict }) => verdict);
  const counts = (Object.keys(WORDS) as VerifiedTrial["verdict"][]).flatMap((verdict) => {
    const count = byVerdict.get(verdict)?.length ?? 0;
    return count === 0 ? [] : [`${formatCount(count)} ${WORDS[verdict]}`];
  });
  const computed = [...new Set(trials.flatMap(({ numerics }) => numerics))];
  return [
    `${archive}: ${plural(files, "file")}, each as its digest says`,
    `${study}: ${formatCount(trials.length)} of ${plural(complete, "complete trial")} run again here${interrupted ? ", then stopped" : ""}`,
    drawTable(
      [...numberColumns("trial", `${metric}, archived`, "here"), { title: "" }],
      trials.map((trial) => [
        String(trial.number),
        showValue(trial.there),
        showValue(trial.here),
        describeVerdict(trial),
      ]),
    ),
    counts.join(", "),
    ...(computed.length === 0 ? [] : [`Computed otherwise: ${toCell(computed.join("; "), 300)}`]),
  ].join("\n");
}

function showValue(value: number | null): string {
  return value === null ? "none" : formatValue(value);
}

function describeVerdict({ verdict, failure }: VerifiedTrial): string {
  return failure === null ? WORDS[verdict] : `${WORDS[verdict]}: ${toCell(failure, 100)}`;
}
