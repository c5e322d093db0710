import { axis, drawChart, objectiveAxis, type Option, tooltip } from "../charts/echarts.ts";
import type { Ink } from "../colours.ts";
import { choose, el } from "../dom.ts";
import { figure } from "../figure.ts";
import { findFront } from "../front.ts";
import { formatCount, formatObjective, plural } from "../numbers.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { Column, Goal, View } from "../view.ts";
import { frontParts } from "./front-parts.ts";
import { look } from "./progress.ts";

/** More points than this are drawn in one go. */
const MANY = 2000;
/** A scale of powers of ten shows a range that is this wide. */
const WIDE = 50;

/** What a better result costs: the other objectives first, where there are any. */
export function paretoSection(view: View, selection: Selection): HTMLElement {
  const costs = listCosts(view);
  const [first] = costs;
  if (first === undefined)
    return section(
      "pareto",
      "Better against cheaper",
      el("p", {}, "Nothing is known of what trials cost."),
    );
  let cost = first;
  const choice = choose(
    "Cost",
    costs.map(({ column: { key, title } }) => [key, title]),
    (key) => {
      cost = costs.find(({ column }) => column.key === key) ?? first;
      refresh();
    },
  );
  const { element, refresh } = figure({
    ...{ title: "The objective against what it costs", selection, controls: [choice.field] },
    draw: (place) =>
      drawChart(place, (ink) => buildOption(view, selection, cost, ink), look(view, selection)),
    twin: () => describe(view, frontOf(view, selection, cost), cost),
  });
  return section("pareto", "Better against cheaper", element, ...frontParts(view, selection));
}

/** What trials differ in, each once. */
function listCosts(view: View): readonly Goal[] {
  const goals = view.goals.slice(1);
  const isGoal = new Set(goals.map(({ column }) => column.key));
  const costs = view.columns
    .filter(({ group, isNumeric, key }) => group === "cost" && isNumeric && !isGoal.has(key))
    .map((column) => ({ column, isLowerBetter: true }));
  return [...goals, ...costs].filter(({ column }) =>
    view.ranked.some((trial) => !Number.isNaN(column.number(trial))),
  );
}

function frontOf(
  view: View,
  selection: Selection,
  { column, isLowerBetter }: Goal,
): readonly number[] {
  const own = view.ranked.filter((trial) => selection.mask[trial] === 1 && view.meets(trial));
  return findFront(
    own,
    (trial) => (isLowerBetter ? 1 : -1) * column.number(trial),
    (trial) => view.objective.number(trial),
    view.isBetter,
  );
}

function buildOption(view: View, selection: Selection, goal: Goal, ink: Ink): Option {
  const { ranked, objective } = view;
  const cost = goal.column;
  const point = (trial: number): readonly number[] => [
    ...[cost.number(trial), objective.number(trial), trial],
  ];
  const isOwn = (trial: number): boolean => selection.mask[trial] === 1;
  const focus = selection.focus >= 0 && ranked.includes(selection.focus) ? [selection.focus] : [];
  return {
    tooltip: tooltip(({ data }) => describePoint(view, cost, data)),
    xAxis: axis(ink, `${cost.title}: ${cost.explanation}`, { type: scaleOf(view, cost) }),
    yAxis: objectiveAxis(view, ink),
    series: [
      dots(ranked.filter((trial) => !isOwn(trial)).map(point), ink.faint, 0.35),
      dots(ranked.filter(isOwn).map(point), ink.accent, 0.55),
      {
        ...{
          type: "line",
          step: goal.isLowerBetter ? "end" : "start",
          symbol: "diamond",
          symbolSize: 9,
        },
        ...{ itemStyle: { color: ink.second }, lineStyle: { color: ink.second, width: 2 } },
        data: frontOf(view, selection, goal).map(point),
      },
      {
        ...{ type: "scatter", symbolSize: 16, data: focus.map(point) },
        itemStyle: { color: "transparent", borderColor: ink.text, borderWidth: 2 },
      },
    ],
  };
}

function scaleOf({ ranked }: View, cost: Column): "log" | "value" {
  let [low, high] = [Infinity, 0];
  for (const trial of ranked) {
    const value = cost.number(trial);
    if (Number.isNaN(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low > 0 && high > WIDE * low ? "log" : "value";
}

function dots(data: readonly (readonly number[])[], color: string, opacity: number): Option {
  return {
    ...{ type: "scatter", symbolSize: data.length < 200 ? 9 : 5 },
    ...{ large: data.length > MANY, largeThreshold: MANY },
    ...{ itemStyle: { color, opacity }, data },
  };
}

function describePoint(view: View, cost: Column, data: unknown): string {
  const trial = Array.isArray(data) ? Number(data[2]) : NaN;
  const number = view.page.trials.number[trial];
  return number === undefined
    ? ""
    : `trial ${number}\n${view.objective.text(trial)}\n${cost.title} ${cost.text(trial)}`;
}

function describe(view: View, front: readonly number[], { column: cost }: Goal) {
  const name = (trial: number): string => String(view.page.trials.number[trial] ?? "");
  const [cheapest, best] = [front[0], front.at(-1)];
  return {
    sentence:
      cheapest === undefined || best === undefined
        ? "No selected trial has a result."
        : `${plural(front.length, "trial")} of the selected ones ${front.length === 1 ? "is" : "are"} beaten by none that is as good in ${cost.title}: from trial ${name(cheapest)} (${view.objective.text(cheapest)}, ${cost.title} ${cost.text(cheapest)}) to trial ${name(best)} (${view.objective.text(best)}, ${cost.text(best)}).`,
    head: ["trial", view.objective.title, cost.title],
    rows: () =>
      front.map((trial) => [
        formatCount(view.page.trials.number[trial] ?? 0),
        formatObjective(view.objective.number(trial)),
        cost.text(trial),
      ]),
  };
}
