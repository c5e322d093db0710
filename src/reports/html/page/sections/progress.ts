import { axis, drawChart, objectiveAxis, type Option, tooltip } from "../charts/echarts.ts";
import type { Ink } from "../colours.ts";
import { choose } from "../dom.ts";
import { figure } from "../figure.ts";
import { formatNumber, formatObjective } from "../numbers.ts";
import { followBest, type Progress, PROGRESS_SCALES, type ProgressScale } from "../progress.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";

const WORDS: Readonly<Record<ProgressScale, string>> = {
  trials: "trials that have ended",
  hours: "hours since the first start",
  "CPU-hours": "hours that processors were busy",
};

/** How the best got better. */
export function progressSection(view: View, selection: Selection): HTMLElement {
  let scale: ProgressScale = "trials";
  const choice = choose(
    "Against",
    PROGRESS_SCALES.map((each) => [each, each]),
    (value) => {
      scale = PROGRESS_SCALES.find((each) => each === value) ?? "trials";
      refresh();
    },
  );
  const { element, refresh } = figure({
    ...{ title: "Best so far", selection, controls: [choice.field] },
    draw: (place) =>
      drawChart(place, (ink) => buildOption(view, selection, scale, ink), look(view, selection)),
    twin: () =>
      describe(
        view,
        followBest(view, scale, () => true),
        scale,
      ),
  });
  return section("progress", "Best so far", element);
}

/** A point of a chart tells the trial's place as its third number. */
export function look(_view: View, selection: Selection): (data: unknown) => void {
  return (data) => {
    const value: unknown = Array.isArray(data)
      ? data[2]
      : (data as { value?: readonly unknown[] } | null)?.value?.[2];
    if (typeof value === "number" && value >= 0) selection.look(value);
  };
}

function buildOption(view: View, selection: Selection, scale: ProgressScale, ink: Ink): Option {
  const all = followBest(view, scale, () => true);
  const own = selection.isNarrowed
    ? followBest(view, scale, (trial) => selection.mask[trial] === 1)
    : undefined;
  return {
    tooltip: tooltip(({ data }) => describePoint(view, data)),
    xAxis: axis(ink, WORDS[scale], { min: 0 }),
    yAxis: objectiveAxis(view, ink),
    series: [
      line(all, ink.accent, "solid"),
      ...(own === undefined ? [] : [line(own, ink.second, "dashed")]),
    ],
  };
}

function line({ improvements, end }: Progress, color: string, type: string): Option {
  const last = improvements.at(-1);
  const points = improvements.map(({ at, best, trial }) => [at, best, trial]);
  return {
    ...{ type: "line", step: "end", symbolSize: 6, itemStyle: { color } },
    lineStyle: { color, type, width: 2 },
    data:
      last === undefined ? points : [...points, { value: [end, last.best, -1], symbol: "none" }],
  };
}

function describePoint(view: View, data: unknown): string {
  const [at, best, trial] = (Array.isArray(data) ? data : [NaN, NaN, -1]) as [
    number,
    number,
    number,
  ];
  const number = view.page.trials.number[trial] ?? "";
  return `trial ${number}: ${formatObjective(best)} at ${formatNumber(at, 4)}`;
}

function describe(view: View, { improvements, end }: Progress, scale: ProgressScale) {
  const last = improvements.at(-1);
  const number = (trial: number): string => String(view.page.trials.number[trial] ?? "");
  return {
    sentence:
      last === undefined
        ? "No trial has a result yet."
        : `The best got better ${improvements.length} times, the last time at ${formatNumber(last.at, 4)} of ${formatNumber(end, 4)} ${WORDS[scale]}, with trial ${number(last.trial)}.`,
    head: [scale, "trial", view.objective.title],
    rows: () =>
      improvements.map(({ at, best, trial }) => [
        formatNumber(at, 4),
        number(trial),
        formatObjective(best),
      ]),
  };
}
