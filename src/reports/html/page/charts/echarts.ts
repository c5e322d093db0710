import { BoxplotChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { DataZoomInsideComponent, GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { type Ink, readInk } from "../colours.ts";

echarts.use([
  ...[BoxplotChart, CustomChart, LineChart, ScatterChart],
  ...[DataZoomInsideComponent, GridComponent, TooltipComponent, CanvasRenderer],
]);

/** A chart's description for ECharts, without what all have in common. */
export type Option = Readonly<Record<string, unknown>>;

const drawn = new WeakMap<HTMLElement, echarts.ECharts>();

/** Draws a chart, or draws it anew. @param onClick what is told is the data item */
export function drawChart(
  place: HTMLElement,
  build: (ink: Ink) => Option,
  onClick?: (data: unknown) => void,
): void {
  let chart = drawn.get(place);
  if (chart === undefined) {
    chart = echarts.init(place, null, { renderer: "canvas" });
    drawn.set(place, chart);
    if (onClick !== undefined) chart.on("click", ({ data }) => onClick(data));
    // The picture has words of its own beside it (figure.ts).
    new ResizeObserver(() => chart?.resize()).observe(place);
  }
  const ink = readInk();
  chart.setOption({ ...common(ink), ...build(ink) }, { notMerge: true, lazyUpdate: false });
}

function common({ text }: Ink): Option {
  return {
    animation: false,
    textStyle: { color: text, fontFamily: "system-ui, sans-serif" },
    grid: { left: 8, right: 24, top: 24, bottom: 40, containLabel: true },
  };
}

/** What pointing at something says: as rich text, for HTML with styles in it is not allowed here. */
export function tooltip(
  formatter: (parameters: { data: unknown; seriesIndex: number }) => string,
): Option {
  return {
    ...{ show: true, trigger: "item", renderMode: "richText", confine: true },
    formatter,
  };
}

/** The upright axis of what trials are ranked by, or of another measurement. */
export function objectiveAxis(
  { objective }: { readonly objective: { readonly title: string } },
  ink: Ink,
): Option {
  const nameTextStyle = { color: ink.text, align: "left", width: 280, overflow: "truncate" };
  return axis(ink, objective.title, { nameLocation: "end", nameGap: 8, nameTextStyle });
}

/** An axis with a name below or beside it. */
export function axis(ink: Ink, name: string, other: Option = {}): Option {
  return {
    ...{ type: "value", name, nameLocation: "middle", nameGap: 28, scale: true },
    nameTextStyle: { color: ink.text, width: 280, overflow: "truncate" },
    axisLine: { lineStyle: { color: ink.line } },
    axisLabel: { color: ink.text, hideOverlap: true, width: 120, overflow: "truncate" },
    splitLine: { lineStyle: { color: ink.line, opacity: 0.4 } },
    ...other,
  };
}
