import { formatCount, formatValue } from "../core/quantities.ts";
import { isUntold } from "../stats/comparison/comparison.ts";
import { describeSearch, formatExpected, NOT_RANKED } from "../stats/search/describe.ts";
import type { ReportedPruning, SearchModel, SearchReport } from "../stats/search/search-report.ts";
import type { StudyReport } from "../stats/study-report.ts";
import { numberColumns, toCell } from "./cells.ts";
import { drawBar } from "./lines.ts";
import type { Section, SectionOptions } from "./section.ts";

/** Names of parameters and files may be long. */
const MAX_SENTENCE = 1000;
const BAR = 16;

/** How a search went; the rest of it among the details. Nothing of a study that neither searches nor stops trials early. */
export function searchSections(
  { search, ledger }: StudyReport,
  { top }: SectionOptions,
): readonly Section[] {
  if (search === null) return [];
  const { pruning, model, choices } = search;
  return [
    {
      lead: describeSearch(search, ledger).map((line) => toCell(line, MAX_SENTENCE)),
      ...{ table: null, notes: [] },
    },
    ...(pruning === null ? [] : [rungSection(pruning)]),
    ...(model === null || isUntold(model) ? [] : [lengthSection(model), expectedSection(model)]),
    choiceSection(choices, top),
  ];
}

function rungSection({ rungs, metric }: ReportedPruning): Section {
  const columns = numberColumns("bracket", "step", "came", "went on", `enough (${metric})`);
  const rows = rungs.map(({ bracket, rung, reached, wentOn, cut }) => [
    ...[bracket, rung, reached, wentOn].map((count) => formatCount(count)),
    cut === null ? "anything" : formatValue(cut),
  ]);
  return {
    lead: [],
    table: rows.length === 0 ? null : { columns, rows },
    notes: [],
    isDetail: true,
  };
}

function lengthSection({ lengths }: SearchModel): Section {
  const columns = [
    { title: "parameter" },
    { title: "matters, says the model" },
    ...numberColumns("length"),
    { title: "" },
  ];
  const rows = lengths.map(({ name, length, change, matters }) => [
    ...[toCell(name), drawBar(change, BAR), length.toPrecision(2), matters],
  ]);
  const notes = [
    "length: how far apart values tell little of each other, as a part of the whole range; short matters",
  ];
  return { lead: [], table: { columns, rows }, notes, isDetail: true };
}

function expectedSection({ best }: SearchModel): Section {
  const rows = best.map((trial) => [
    ...[String(trial.number), formatValue(trial.objective), formatExpected(trial)],
  ]);
  const columns = numberColumns("trial", "objective", "model expects (one deviation)");
  const table = rows.length === 0 ? null : { columns, rows };
  return { lead: [], table, notes: rows.length === 0 ? [] : [NOT_RANKED], isDetail: true };
}

/** The newest last. */
function choiceSection(choices: SearchReport["choices"], top: number): Section {
  const shown = choices.slice(-top);
  const left = choices.length - shown.length;
  const columns = [
    ...numberColumns("trial"),
    { title: "chosen (UTC)" },
    { title: "by" },
    ...numberColumns("knew complete", "pruned", "failed", "running", "earlier"),
    { title: "state" },
    ...numberColumns("objective"),
  ];
  const rows = shown.map(({ number, chosenAt, sampler, isSpread, seen, state, objective }) => [
    ...[String(number), chosenAt.slice(0, 19).replace("T", " ")],
    `${toCell(sampler)}${isSpread ? ", spread out" : ""}`,
    ...[seen.complete, seen.pruned, seen.failed, seen.running, seen.earlier].map((count) =>
      count === null ? "" : formatCount(count),
    ),
    ...[state, objective === null ? "" : formatValue(objective)],
  ]);
  return {
    lead: [],
    table: rows.length === 0 ? null : { columns, rows },
    notes: left > 0 ? [`${formatCount(left)} choices before these; --top N shows more`] : [],
    isDetail: true,
  };
}
