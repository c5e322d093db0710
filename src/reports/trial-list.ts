import type { ListedTrial } from "../app/plan/list-trials.ts";
import { formatCount } from "../core/quantities.ts";
import { drawTable, formatParameter, numberColumns } from "./cells.ts";

/** Trials that would be run, with a column for each parameter. */
export function formatTrialList(trials: readonly ListedTrial[], all: number): string {
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params ?? {})))];
  const hasReplicates = trials.some(({ replicate }) => replicate > 0);
  const columns = [
    ...numberColumns("trial", ...(hasReplicates ? ["replicate"] : [])),
    ...names.map((title) => ({ title })),
    ...numberColumns("seed"),
  ];
  const rows = trials.map(({ number, params, replicate, seed }) => [
    String(number),
    ...(hasReplicates ? [String(replicate)] : []),
    ...names.map((name) => formatParameter(params?.[name])),
    String(seed),
  ]);
  const isOpen = trials.some(({ params }) => params === null);
  const more = all - trials.length;
  return [
    drawTable(columns, rows),
    ...(isOpen ? ["They choose their parameters when they start"] : []),
    ...(more > 0 ? [`${formatCount(more)} more; --list ${all} shows all`] : []),
  ].join("\n");
}
