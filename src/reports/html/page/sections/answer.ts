import { escapeWithinLines } from "../../../../core/printable.ts";
import type { PageAnswer } from "../../../../stats/report-page.ts";
import { type Child, copyButton, el, explained, scrolling, table } from "../dom.ts";
import { formatCount, formatObjective, plural } from "../numbers.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";
import { tieGroupOf } from "./ties.ts";

const TOP = 10;

/** The best trial, how sure that is, and what to do with it. */
export function answerSection(view: View, selection: Selection): HTMLElement {
  const { answer, counts } = view.page;
  const early = [
    ...(counts.pruned > 0 ? [`${formatCount(counts.pruned)} pruned`] : []),
    ...(counts.skipped > 0 ? [`${formatCount(counts.skipped)} skipped`] : []),
  ].map((part) => `, ${part}`);
  const told = `${plural(counts.planned, "trial")} planned, ${formatCount(counts.complete)} complete${early.join("")}, ${formatCount(counts.failed)} failed, ${formatCount(counts.waiting)} without a result`;
  if (answer === null) {
    const why = view.ranked.length > 0 ? "meets what is required" : "is ranked yet";
    return section("answer", "The answer", el("p", {}, `No trial ${why}: ${told}.`));
  }
  return section(
    "answer",
    "The answer",
    el("p", { class: "lead" }, ...describeBest(view, answer)),
    describeTies(answer),
    tieGroupOf(view, selection),
    answer.corrected === undefined ? null : el("p", {}, answer.corrected.sentence),
    el("p", { class: "quiet" }, `${told}.`),
    el("div", { class: "columns" }, parametersOf(view, answer), yamlOf(answer)),
    topTable(view),
    nextSteps(view),
  );
}

function describeBest({ page }: View, answer: PageAnswer): readonly Child[] {
  const { objective } = page;
  const goal = `${objective.metric}, ${objective.direction === "maximize" ? "higher" : "lower"} is better`;
  return [
    "Trial ",
    el("strong", {}, formatCount(answer.number)),
    " is best, with ",
    explained(objective.metric, goal),
    " ",
    el("strong", {}, formatObjective(answer.objective)),
    ...describeSpread(answer),
    ".",
  ];
}

function describeSpread({ interval, holdout, replicates, spread }: PageAnswer): readonly Child[] {
  if (replicates > 1) {
    const range = `${formatObjective(spread.low)} to ${formatObjective(spread.high)}`;
    const overSeeds =
      interval === null
        ? ""
        : `; 95 % interval over seeds ${formatObjective(interval.low)} to ${formatObjective(interval.high)}`;
    return [`, the mean of ${plural(replicates, "run")} from ${range}${overSeeds}`];
  }
  if (interval === null || holdout === null) return [];
  const range = `${formatObjective(interval.low)} to ${formatObjective(interval.high)}`;
  const meaning =
    "Wilson's 95 % interval. It speaks of the rows that were held out only: another seed moves the value as well, and that is not in it.";
  const rows = `${formatCount(holdout.correct)} of ${plural(holdout.count, "row")} right`;
  return [" (", explained(`95 % interval ${range}`, meaning), `, ${rows})`];
}

function describeTies({ tieGroup, sharing, outside }: PageAnswer): HTMLElement | null {
  const parts = [
    ...(tieGroup === undefined ? [] : [tieGroup.sentence]),
    ...(sharing > 1
      ? [
          `${formatCount(sharing)} trials share this value; the lower hold-out loss, the smaller model and the lower number decided, in this order.`,
        ]
      : []),
    ...(outside === null ? [] : [`The study does not have it any more: ${outside}.`]),
  ];
  return parts.length === 0 ? null : el("p", {}, parts.join(" "));
}

function parametersOf(view: View, { number }: PageAnswer): HTMLElement {
  const best = view.find(number);
  const rows = view.columns
    .filter(({ parameter, number: value }) => parameter !== undefined && !Number.isNaN(value(best)))
    .map((column) => [column.title, column.text(best)]);
  return scrolling(
    "Parameters of the best trial",
    table("Its parameters", ["Parameter", "Value"], rows, [1]),
  );
}

function yamlOf({ yaml }: PageAnswer): HTMLElement {
  return el(
    "div",
    {},
    el("h3", {}, "To paste into a study file"),
    el("pre", { tabindex: 0, id: "best-yaml" }, escapeWithinLines(yaml)),
    copyButton(() => yaml, "Copy the YAML"),
  );
}

/** The ranking's head, which stays on paper where the table below cannot be scrolled. */
function topTable(view: View): HTMLElement {
  const shown = view.ranked.slice(0, TOP);
  const wanted = ["rank", "trial", view.objective.key];
  const columns = [
    ...view.columns.filter(({ key }) => wanted.includes(key)),
    ...view.parameters.slice(0, 8),
    ...view.columns.filter(({ key }) => key === "seconds" || key === "model parameters"),
  ];
  const rows = shown.map((trial) => columns.map(({ text }) => text(trial)));
  const caption = `The first ${shown.length} of the ranking`;
  return scrolling(
    caption,
    table(
      caption,
      columns.map(({ title }) => title),
      rows,
      columns.flatMap(({ isNumeric }, place) => (isNumeric ? [place] : [])),
    ),
  );
}

function nextSteps({ page }: View): HTMLElement | null {
  if (page.next === undefined || page.next.length === 0) return null;
  return el(
    "div",
    {},
    el("h3", {}, "What to try next"),
    ...page.next.flatMap(({ sentence, yaml }) => [
      el("p", {}, sentence),
      el("pre", { tabindex: 0 }, yaml),
      copyButton(() => yaml, "Copy the space"),
    ]),
  );
}
