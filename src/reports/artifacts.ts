import type { ArtifactReport, KeptArtifacts } from "../app/artifacts.ts";
import { escapeControls } from "../core/printable.ts";
import { formatBytes, formatCount, formatValue, plural } from "../core/quantities.ts";
import { drawTable, numberColumns } from "./cells.ts";

/** So many files of a trial are named. */
const NAMED_FILES = 20;

/** What is kept of trials: of one, its files; of several, a row each. */
export function formatArtifacts({ study, keep, kept, to }: ArtifactReport): string {
  const copied = to === null ? [] : ["", `copied to ${to}`];
  const [only] = kept;
  if (only === undefined) return explainEmpty(study, keep);
  const lines = kept.length === 1 ? describeOne(only) : [drawKept(kept)];
  return [...lines, ...copied].join("\n");
}

function explainEmpty(study: string, keep: ArtifactReport["keep"]): string {
  return keep === null
    ? `study ${study} keeps no artifacts: artifacts: { keep: 5 } in the study file keeps those of the best five`
    : `no trial of study ${study} has left anything yet`;
}

function drawKept(kept: readonly KeptArtifacts[]): string {
  const isOfOne = new Set(kept.map(({ objective }) => objective.metric)).size === 1;
  const [first] = kept;
  const value = isOfOne ? (first?.objective.metric ?? "") : "objective";
  return drawTable(
    [...numberColumns("trial", value, "files", "size"), { title: "folder" }],
    kept.map(({ number, objective, count, bytes, folder }) => [
      String(number),
      isOfOne
        ? formatValue(objective.value)
        : `${objective.metric} ${formatValue(objective.value)}`,
      formatCount(count),
      formatBytes(bytes),
      folder,
    ]),
  );
}

function describeOne({ number, objective, files, count, bytes, folder }: KeptArtifacts): string[] {
  const { metric, value } = objective;
  const named = files.slice(0, NAMED_FILES);
  const more = count - named.length;
  return [
    `trial ${number}, ${metric} ${formatValue(value)}: ${plural(count, "file")}, ${formatBytes(bytes)}, in`,
    folder,
    ...named.map((file) => `  ${escapeControls(file.file)}  ${formatBytes(file.bytes)}`),
    ...(more > 0 ? [`  and ${plural(more, "more file")}`] : []),
  ];
}
