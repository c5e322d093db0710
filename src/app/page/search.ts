import { isUntold } from "../../stats/comparison/comparison.ts";
import { describeSearch, formatExpected } from "../../stats/search/describe.ts";
import type { PageModel, PageRung, PageSearch } from "../../stats/search/search-page.ts";
import type { SearchModel, SearchReport } from "../../stats/search/search-report.ts";
import type { StudyReport } from "../../stats/study-report.ts";
import { showName, showText } from "./text-table.ts";

/**
 * How a search went; nothing of a study that neither searches nor stops trials early.
 * @param placeOf a trial's place in the page by its number; -1: it has none
 */
export function tabulateSearch(
  { search, ledger }: StudyReport,
  placeOf: (number: number) => number,
): { readonly search?: PageSearch } {
  if (search === null) return {};
  const { choices, pruning, model } = search;
  const shown = choices.filter(({ number }) => placeOf(number) >= 0);
  const first = Date.parse(shown[0]?.chosenAt ?? "");
  const samplers = [...new Set(shown.map(({ sampler }) => sampler))];
  const count = (read: (choice: (typeof shown)[number]) => number | null): Int32Array =>
    Int32Array.from(shown, (choice) => read(choice) ?? -1);
  return {
    search: {
      sentences: describeSearch(search, ledger).map((line) => `${showText(line, 1000)}.`),
      trial: count(({ number }) => placeOf(number)),
      seconds: Float64Array.from(shown, ({ chosenAt }) => (Date.parse(chosenAt) - first) / 1000),
      isSpread: Uint8Array.from(shown, ({ isSpread }) => Number(isSpread)),
      sampler: Uint8Array.from(shown, ({ sampler }) => samplers.indexOf(sampler)),
      samplers: samplers.map(showName),
      complete: count(({ seen }) => seen.complete),
      pruned: count(({ seen }) => seen.pruned),
      failed: count(({ seen }) => seen.failed),
      running: count(({ seen }) => seen.running),
      earlier: count(({ seen }) => seen.earlier),
      rungMetric: showName(pruning?.metric ?? ""),
      rungs: tabulateRungs(pruning, placeOf),
      model: model === null || isUntold(model) ? null : describeModel(model),
    },
  };
}

function tabulateRungs(
  pruning: SearchReport["pruning"],
  placeOf: (number: number) => number,
): readonly PageRung[] {
  return (pruning?.rungs ?? []).map(({ bracket, rung, reached, wentOn, cut, trials }) => {
    const shown = trials.filter(({ number }) => placeOf(number) >= 0);
    return {
      ...{ bracket, rung, reached, wentOn, cut },
      trial: Int32Array.from(shown, ({ number }) => placeOf(number)),
      value: Float32Array.from(shown, ({ value }) => value),
      isOn: Uint8Array.from(shown, (trial) => Number(trial.wentOn)),
    };
  });
}

function describeModel({ lengths, best }: SearchModel): PageModel {
  return {
    lengths: lengths.map(({ name, ...length }) => ({ name: showName(name), ...length })),
    best: best.map((trial) => ({
      number: trial.number,
      objective: trial.objective,
      expected: formatExpected(trial),
    })),
  };
}
