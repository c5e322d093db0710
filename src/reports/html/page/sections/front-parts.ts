import type { PagePareto } from "../../../../stats/report-page.ts";
import { axis, drawChart, objectiveAxis, type Option } from "../charts/echarts.ts";
import type { Ink } from "../colours.ts";
import { el, scrolling, table } from "../dom.ts";
import { figure } from "../figure.ts";
import { formatCount, formatNumber } from "../numbers.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";

/** More members than a person reads. */
const SHOWN = 50;

/** Of several objectives: who is on their front, and how it grew; nothing of one. */
export function frontParts(view: View, selection: Selection): readonly HTMLElement[] {
  const { pareto } = view.page;
  if (pareto === undefined || pareto.members.length === 0) return [];
  return [
    el("h3", {}, "The front of all objectives"),
    ...pareto.sentences.map((sentence) => el("p", {}, sentence)),
    listMembers(view, pareto),
    ...(pareto.ended.length > 1 ? [growth(pareto, selection)] : []),
  ];
}

function listMembers(view: View, { members, values }: PagePareto): HTMLElement {
  const shown = [...members.subarray(0, SHOWN)];
  const name =
    shown.length < members.length
      ? `Pareto front, the first ${SHOWN} of ${formatCount(members.length)} trials`
      : "Pareto front";
  const columns = [...view.goals.map(({ column }) => column), ...view.parameters];
  const rows = shown.map((number, member) => [
    String(number),
    ...values.map((own) => formatNumber(own[member] ?? NaN)),
    ...view.parameters.map((parameter) => parameter.text(view.find(number))),
  ]);
  const head = ["trial", ...columns.map(({ title }) => title)];
  return scrolling(`${name}: table`, table(name, head, rows));
}

/** The hypervolume over time. */
function growth({ ended, hypervolume }: PagePareto, selection: Selection): HTMLElement {
  const last = hypervolume.at(-1) ?? NaN;
  return figure({
    ...{ title: "Hypervolume over time", selection },
    draw: (place) =>
      drawChart(
        place,
        (ink) => buildOption({ ended, hypervolume }, ink),
        () => undefined,
      ),
    twin: () => ({
      sentence: `The hypervolume is ${formatNumber(last)} after ${formatCount(ended.at(-1) ?? 0)} trials; it was ${formatNumber(hypervolume[0] ?? NaN)} after ${formatCount(ended[0] ?? 0)}.`,
      head: ["trials that had ended", "hypervolume"],
      rows: () =>
        [...ended].map((count, at) => [formatCount(count), formatNumber(hypervolume[at] ?? NaN)]),
    }),
  }).element;
}

function buildOption(
  { ended, hypervolume }: Pick<PagePareto, "ended" | "hypervolume">,
  ink: Ink,
): Option {
  return {
    xAxis: axis(ink, "trials that had ended", { min: 0 }),
    yAxis: objectiveAxis({ objective: { title: "hypervolume" } }, ink),
    series: [
      {
        ...{ type: "line", step: "end", symbolSize: 6, itemStyle: { color: ink.accent } },
        ...{ lineStyle: { color: ink.accent, width: 2 } },
        data: Array.from(ended, (count, at) => [count, hypervolume[at]]),
      },
    ],
  };
}
