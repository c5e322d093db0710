import type { PageRung, PageSearch } from "../../../../stats/search/search-page.ts";
import { CROSS } from "../charts/cross.ts";
import { axis, drawChart, objectiveAxis, type Option, tooltip } from "../charts/echarts.ts";
import type { Ink } from "../colours.ts";
import { el } from "../dom.ts";
import { figure } from "../figure.ts";
import { formatCount, formatNumber, plural } from "../numbers.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";
import { look } from "./progress.ts";

/** How wide a rung's points lie beside one another. */
const WIDTH = 0.6;
const MANY = 2000;

/** Where trials were held against one another, who went on, and what would be enough now. */
export function rungsFigure(view: View, search: PageSearch, selection: Selection): HTMLElement {
  const { element } = figure({
    ...{ title: "Rungs", selection },
    draw: (place) =>
      drawChart(place, (ink) => buildOption(view, search, selection, ink), look(view, selection)),
    twin: () => describe(search),
  });
  element.prepend(
    el(
      "p",
      { class: "quiet" },
      "At each rung, all that came to it: dots went on, crosses were stopped there. The line is what would be enough for the next one.",
    ),
  );
  return element;
}

const nameOf = ({ rungs }: PageSearch, { bracket, rung }: PageRung): string =>
  rungs.some((each) => each.bracket !== bracket)
    ? `bracket ${bracket}, step ${rung}`
    : `step ${rung}`;

function buildOption(view: View, search: PageSearch, selection: Selection, ink: Ink): Option {
  const names = search.rungs.map((rung) => nameOf(search, rung));
  const axisLabel = {
    ...{ color: ink.text, hideOverlap: true },
    formatter: (place: number) => names[place] ?? "",
  };
  return {
    tooltip: tooltip(({ data }) => describePoint(view, search, data)),
    xAxis: axis(ink, "rung", {
      ...{ min: -1, max: names.length, interval: 1, axisLabel },
      ...{ axisTick: { show: false }, splitLine: { show: false } },
    }),
    yAxis: {
      ...objectiveAxis({ objective: { title: search.rungMetric } }, ink),
      axisLine: { onZero: false },
    },
    series: [
      ...listDots(search, selection, ink),
      ...search.rungs.map((rung, place) => cutLine(rung, place, ink)),
    ],
  };
}

/** Those that are not selected, those that were stopped, those that went on, and the one that is looked at. */
function listDots({ rungs }: PageSearch, { mask, focus }: Selection, ink: Ink): Option[] {
  const groups: Record<"others" | "stopped" | "on" | "focus", number[][]> = {
    ...{ others: [], stopped: [], on: [], focus: [] },
  };
  for (const [place, { trial, value, isOn }] of rungs.entries())
    for (const [at, each] of trial.entries()) {
      const point = [spreadOut(place, at, trial.length), value[at] ?? NaN, each, place];
      const own = isOn[at] === 1 ? groups.on : groups.stopped;
      (mask[each] === 1 ? own : groups.others).push(point);
      if (each === focus) groups.focus.push(point);
    }
  return [
    dots(groups.others, ink.line, "circle"),
    dots(groups.stopped, ink.second, CROSS),
    dots(groups.on, ink.accent, "circle"),
    {
      ...{ type: "scatter", symbolSize: 16, silent: true, data: groups.focus },
      itemStyle: { color: "transparent", borderColor: ink.text, borderWidth: 2 },
    },
  ];
}

/** The same for the same trials: in the order in which they have their numbers. */
function spreadOut(place: number, at: number, count: number): number {
  return place + WIDTH * ((at + 0.5) / count - 0.5);
}

function dots(data: readonly (readonly number[])[], color: string, symbol: string): Option {
  return {
    ...{ type: "scatter", symbol, symbolSize: data.length < 500 ? 8 : 4, data },
    ...{ large: data.length > MANY, largeThreshold: MANY, itemStyle: { color } },
  };
}

function cutLine({ cut }: PageRung, place: number, ink: Ink): Option {
  const ends = [place - WIDTH / 2, place + WIDTH / 2];
  return {
    ...{ type: "line", symbol: "none", silent: true, lineStyle: { color: ink.text, width: 2 } },
    data: cut === null ? [] : ends.map((end) => [end, cut]),
  };
}

function describePoint(view: View, search: PageSearch, data: unknown): string {
  const [, value = NaN, trial = -1, place = -1] = (Array.isArray(data) ? data : []) as number[];
  const rung = search.rungs[place];
  if (rung === undefined) return "";
  const { cut } = rung;
  const needed = cut === null ? "anything would be enough" : `${formatNumber(cut)} would be enough`;
  return `trial ${view.page.trials.number[trial] ?? ""}, ${nameOf(search, rung)}: ${formatNumber(value)}\n${needed} now`;
}

function describe(search: PageSearch) {
  const { rungs } = search;
  const [first] = rungs;
  return {
    sentence:
      first === undefined
        ? ""
        : `${plural(rungs.length, "rung")}. At the first, ${formatCount(first.wentOn)} of ${plural(first.reached, "trial")} went on.`,
    head: ["rung", "came", "went on", "stopped", `enough now (${search.rungMetric})`],
    rows: () =>
      rungs.map((rung) => [
        nameOf(search, rung),
        ...[rung.reached, rung.wentOn, rung.reached - rung.wentOn].map((count) =>
          formatCount(count),
        ),
        rung.cut === null ? "anything" : formatNumber(rung.cut),
      ]),
  };
}
