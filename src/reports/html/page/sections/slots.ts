import { axis, drawChart, type Option, tooltip } from "../charts/echarts.ts";
import type { Ink } from "../colours.ts";
import { figure } from "../figure.ts";
import { formatCount, formatNumber, formatSeconds } from "../numbers.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";

/** How many trials ran at once. */
export function slotsFigure({ page }: View, selection: Selection): HTMLElement {
  const { seconds, running } = page.slots;
  const slots = Array.from(seconds, (from, step) => [from, running[step] ?? 0] as const);
  const { element } = figure({
    ...{ title: "Trials at once", selection },
    draw: (place) => drawChart(place, (ink) => buildOption(slots, ink)),
    twin: () => describe(slots),
  });
  return element;
}

type Slots = readonly (readonly [seconds: number, running: number])[];

function buildOption(slots: Slots, ink: Ink): Option {
  return {
    tooltip: tooltip(({ data }) => {
      const [hours, running] = data as readonly [number, number];
      return `${formatCount(running)} at once, ${formatSeconds(hours * 3600)} after the first start`;
    }),
    xAxis: axis(ink, "hours since the first start", { min: 0 }),
    yAxis: axis(ink, "trials at once", { min: 0, minInterval: 1 }),
    series: [
      {
        ...{ type: "line", step: "end", symbol: "none", areaStyle: { opacity: 0.2 } },
        itemStyle: { color: ink.accent },
        data: slots.map(([seconds, running]) => [seconds / 3600, running]),
      },
    ],
  };
}

function describe(slots: Slots) {
  const most = slots.reduce((found, [, running]) => Math.max(found, running), 0);
  return {
    sentence: `At most ${formatCount(most)} trials ran at once, those of all settings, whichever are selected.`,
    head: ["hours since the first start", "trials at once"],
    rows: () =>
      slots.map(([seconds, running]) => [formatNumber(seconds / 3600), formatCount(running)]),
  };
}
