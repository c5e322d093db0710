import { groupBy } from "../../core/objects.ts";
import { formatCount, formatValue, plural } from "../../core/quantities.ts";
import { isUntold } from "../comparison/comparison.ts";
import { formatAmount } from "../ledger/cost.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { quantile, sortNumbers } from "../moments.ts";
import type { ReportedPruning, ReportedRung, SearchModel, SearchReport } from "./search-report.ts";

/** More brackets, and more rungs of one, than a sentence names. */
const BRACKETS_NAMED = 2;
const RUNGS_NAMED = 5;

/** How a search went, a sentence each; without full stops. */
export function describeSearch(
  { choices, pruning, model, complaints }: SearchReport,
  { saved }: Pick<Ledger, "saved">,
): readonly string[] {
  const [complaint] = complaints;
  return [
    ...(choices.length === 0 ? [] : [describeChoosing(choices)]),
    ...(pruning === null ? [] : describePruning(pruning)),
    ...(saved.pruned + saved.skipped === 0 ? [] : [describeSaved(saved)]),
    ...(model === null ? [] : [describeModel(model)]),
    ...(choices.length === 0 ? [] : [BIAS]),
    ...(complaint === undefined
      ? []
      : [
          `Left out is what cannot be used, in ${plural(complaints.length, "place")}: ${complaint}`,
        ]),
  ];
}

const BIAS = "A search looks where it is good: importance says little of the rest of the space";

/** What is said of a posterior mean wherever one is shown. */
export const NOT_RANKED =
  "What the model expects is no result: trials are ranked by what they came to";

function describeChoosing(choices: SearchReport["choices"]): string {
  const spread = choices.filter(({ isSpread }) => isSpread).length;
  const samplers = [...new Set(choices.map(({ sampler }) => sampler))].join(", ");
  const how = [
    ...(spread > 0 ? [`${formatCount(spread)} far from all others`] : []),
    ...(spread < choices.length ? [`${formatCount(choices.length - spread)} by its model`] : []),
  ];
  const seconds = sortNumbers(choices.map((each) => each.seconds));
  const earlier = choices.reduce((most, { seen }) => Math.max(most, seen.earlier ?? 0), 0);
  const from = earlier === 0 ? "" : `, starting from ${plural(earlier, "earlier trial")}`;
  return `Search: ${plural(choices.length, "trial")} chosen by ${samplers}${from}, ${how.join(", ")}; ${quantile(seconds, 0.5).toFixed(2)} s each (median)`;
}

function describePruning({ kind, metric, rungs }: ReportedPruning): string[] {
  const beginning = `Stopped early by ${kind} (${metric})`;
  if (rungs.length === 0) return [`${beginning}: no trial has come to a rung`];
  const brackets = [...groupBy(rungs, ({ bracket }) => bracket)];
  const named = brackets.slice(0, BRACKETS_NAMED).map(([bracket, own]) => {
    const name = brackets.length === 1 ? "" : `bracket ${bracket}: `;
    return `${name}${describeLadder(own)}`;
  });
  const left = brackets.length - named.length;
  const rest = left === 0 ? [] : [plural(left, "more bracket")];
  return [`${beginning}: ${[...named, ...rest].join("; ")}`];
}

function describeLadder(rungs: readonly ReportedRung[]): string {
  const shown = rungs
    .slice(0, RUNGS_NAMED)
    .map(
      ({ rung, reached, wentOn }, place) =>
        `${formatCount(wentOn)} of ${formatCount(reached)} ${place === 0 ? "went on after step" : "after"} ${rung}`,
    );
  return [...shown, ...(rungs.length > shown.length ? ["and so on"] : [])].join(", ");
}

function describeSaved({ pruned, skipped, cpu }: Ledger["saved"]): string {
  const who = [
    ...(pruned > 0 ? [`${formatCount(pruned)} pruned`] : []),
    ...(skipped > 0 ? [`${formatCount(skipped)} skipped`] : []),
  ].join(" and ");
  return `Saved: about ${formatAmount(cpu)} of CPU time, by ${who}`;
}

function describeModel(model: NonNullable<SearchReport["model"]>): string {
  if (isUntold(model)) return `Model: ${model.reason}`;
  const { lengths, noise, fitted } = model;
  const words = [...groupBy(lengths, ({ matters }) => matters)].map(([matters, own]) => {
    const names = own.map(({ name }) => name).join(", ");
    return `${names} ${own.length === 1 ? "matters" : "matter"} ${matters}`;
  });
  return `Model of ${plural(fitted, "combination")}: ${words.join("; ")}; ${Math.round(100 * noise)} % of what they differ by is noise`;
}

/** `0.94 (0.92 .. 0.95)`: what the model expects, and one deviation to either side. */
export function formatExpected({ expected, worse, better }: SearchModel["best"][number]): string {
  const text = (value: number | null): string => (value === null ? "failure" : formatValue(value));
  const [low, high] = [worse, better].toSorted((a, b) => (a ?? -Infinity) - (b ?? -Infinity));
  return `${text(expected)} (${text(low ?? null)} .. ${text(high ?? null)})`;
}
