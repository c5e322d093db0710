import { axis, drawChart, objectiveAxis, type Option, tooltip } from "../charts/echarts.ts";
import type { Ink } from "../colours.ts";
import { choose, el } from "../dom.ts";
import { figure } from "../figure.ts";
import { groupTrials, summarise } from "../groups.ts";
import { formatCount, formatObjective, plural } from "../numbers.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { Column, View } from "../view.ts";
import { pairFigure } from "./pairs.ts";

/** What one parameter does, and what two do together, among the selected trials. */
export function slicesSection(view: View, selection: Selection): HTMLElement {
  const { parameters } = view;
  const [first, second] = parameters;
  if (first === undefined)
    return section("slices", "What a parameter does", el("p", {}, "No parameter varies."));
  return section(
    "slices",
    "What a parameter does",
    sliceFigure(view, selection, first),
    second === undefined ? null : el("h3", {}, "Two parameters together"),
    second === undefined ? null : pairFigure(view, selection, [first, second]),
  );
}

function sliceFigure(view: View, selection: Selection, first: Column): HTMLElement {
  let chosen = first;
  const choice = choose(
    "Parameter",
    view.parameters.map(({ key, title }) => [key, title.slice(0, 60)]),
    (key) => {
      chosen = view.parameters.find((column) => column.key === key) ?? first;
      refresh();
    },
  );
  const { element, refresh } = figure({
    ...{ title: "The objective at each value", selection, controls: [choice.field] },
    draw: (place) =>
      drawChart(place, (ink) =>
        buildOption(view, chosen, summariseGroups(view, selection, chosen), ink),
      ),
    twin: () => describe(view, selection, chosen),
  });
  return element;
}

interface Slice {
  readonly label: string;
  readonly trials: number;
  /** Least, quarter, median, three quarters, most; empty without a result. */
  readonly five: readonly number[];
}

function summariseGroups(view: View, selection: Selection, column: Column): readonly Slice[] {
  return groupTrials(column, selection.list()).map(({ label, trials }) => ({
    label,
    trials: trials.length,
    five: summarise(trials.map((trial) => view.objective.number(trial))),
  }));
}

function buildOption(view: View, column: Column, slices: readonly Slice[], ink: Ink): Option {
  return {
    tooltip: tooltip(({ data }) =>
      describeBox(data as { name?: string; value?: readonly number[] }),
    ),
    xAxis: axis(ink, column.title.slice(0, 80), {
      type: "category",
      data: slices.map(({ label }) => label.slice(0, 40)),
    }),
    yAxis: objectiveAxis(view, ink),
    series: [
      {
        ...{ type: "boxplot", boxWidth: [8, 48] },
        itemStyle: { color: "transparent", borderColor: ink.accent, borderWidth: 2 },
        data: slices.map(({ label, five }) => ({
          name: label,
          value: five.length === 0 ? [NaN, NaN, NaN, NaN, NaN] : [...five],
        })),
      },
    ],
  };
}

function describeBox({
  name = "",
  value = [],
}: {
  name?: string;
  value?: readonly number[];
}): string {
  const five = value.slice(-5).map(formatObjective);
  return `${name}\nleast ${five[0] ?? ""}, quarter ${five[1] ?? ""}, median ${five[2] ?? ""}, three quarters ${five[3] ?? ""}, most ${five[4] ?? ""}`;
}

function describe(view: View, selection: Selection, column: Column) {
  const slices = summariseGroups(view, selection, column);
  const told = slices.filter(({ five }) => five.length > 0);
  const best = told.reduce<Slice | undefined>(
    (found, slice) =>
      found === undefined || view.isBetter(slice.five[2] ?? NaN, found.five[2] ?? NaN)
        ? slice
        : found,
    undefined,
  );
  return {
    sentence:
      best === undefined
        ? "No selected trial has a result."
        : `Of ${plural(selection.count, "selected trial")}, those with ${column.title.slice(0, 60)} ${best.label.slice(0, 60)} have the best median: ${formatObjective(best.five[2] ?? NaN)}. A box holds the middle half, its line is the median, its ends are the least and the most.`,
    head: [column.title, "trials", "least", "quarter", "median", "three quarters", "most"],
    rows: () =>
      slices.map(({ label, trials, five }) => [
        label,
        formatCount(trials),
        ...(five.length === 0 ? ["–", "–", "–", "–", "–"] : five.map(formatObjective)),
      ]),
  };
}
