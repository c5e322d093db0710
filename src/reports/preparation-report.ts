import { describeImages } from "../core/dataset-sanity.ts";
import { plural } from "../core/quantities.ts";
import { foldRanges } from "../core/ranges.ts";
import type { PreparationReport } from "../app/prepare/jobs-folder.ts";

/** Commands as a person would type them. */
interface PreparationCommands {
  readonly submit: string;
  /** Writes the jobs anew. */
  readonly again: string;
  /** Packs on this machine; a piece with `--shard I/N` behind it. */
  readonly here: string;
  /** Merges on this machine. */
  readonly merge: string;
}

/** How far a data set's jobs are, and what to do next. */
export function formatPreparation(
  report: PreparationReport,
  commands: PreparationCommands,
): string {
  const { state, to, shards, site, missing, jobs, dataset, folder } = report;
  if (dataset !== null) {
    return `merged ${to}: ${describeImages(dataset)}\n${dataset.digest}`;
  }
  if (state === "written") {
    return [
      `${to} in ${plural(shards, "piece")} for ${site}: an array that packs, and a job that merges, in ${folder}`,
      "",
      `next: ${commands.submit}`,
    ].join("\n");
  }
  const first = missing[0] ?? 1;
  return [
    `${to}: ${shards - missing.length} of ${plural(shards, "piece")} there${tellMissing(missing)}; not merged yet`,
    `jobs: ${jobs.pieces ?? "none"} packs, ${jobs.merge ?? "none"} merges; their logs are in ${folder}/logs`,
    ...(jobs.pieces === null || jobs.merge === null
      ? ["", `next: ${commands.submit}`]
      : [
          "",
          "When the jobs have ended and something is missing, mend what the logs tell, and then either",
          `  write all jobs anew:      ${commands.again}`,
          ...(missing.length === 0
            ? []
            : [`  or pack it here:         ${commands.here} --shard ${first}/${shards}`]),
          `  and merge here at last:   ${commands.merge}`,
        ]),
  ].join("\n");
}

function tellMissing(missing: readonly number[]): string {
  return missing.length === 0 ? "" : `, missing: ${foldRanges(missing).join(", ")}`;
}
