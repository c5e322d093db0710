import type { Axis } from "../charts/axes.ts";
import { button, el } from "../dom.ts";
import type { Brush } from "../charts/geometry.ts";

/** What brushes can be set, and tells when they change. */
export interface Brushes {
  readonly brushOf: (axis: number) => Brush | undefined;
  /** @param brush undefined: the axis lets all trials pass */
  readonly brush: (axis: number, brush: Brush | undefined) => void;
  readonly onBrush: (listener: () => void) => void;
}

/** The brushes by keys: a low and a high end for each axis. */
export function axisControls(axes: readonly Axis[], brushes: Brushes): HTMLElement {
  const fields = axes.map((axis, place) => axisField(axis, place, brushes));
  return el(
    "details",
    { class: "axis-controls" },
    el("summary", {}, "Set the ends of axes by number"),
    el("div", { class: "choices" }, ...fields),
  );
}

function axisField(axis: Axis, place: number, brushes: Brushes): HTMLElement {
  const title = axis.column.title.slice(0, 60);
  const slider = (end: "low" | "high") => {
    const input = el("input", {
      ...{ type: "range", min: 0, max: 1, step: axis.step === 0 ? 0.005 : axis.step },
      "aria-label": `${title}, ${end === "low" ? "from" : "to"}`,
    });
    input.value = end === "low" ? "0" : "1";
    input.addEventListener("input", () => apply());
    return input;
  };
  const [low, high] = [slider("low"), slider("high")];
  const told = el("output", {});
  const apply = (): void => {
    const [from, to] = [Number(low.value), Number(high.value)];
    const ends = { low: Math.min(from, to), high: Math.max(from, to) };
    brushes.brush(place, ends.low <= 0 && ends.high >= 1 ? undefined : ends);
  };
  const show = (): void => {
    const brush = brushes.brushOf(place) ?? { low: 0, high: 1 };
    low.value = String(brush.low);
    high.value = String(brush.high);
    for (const [input, end] of [
      [low, brush.low],
      [high, brush.high],
    ] as const)
      input.setAttribute("aria-valuetext", axis.label(end));
    told.textContent = `${axis.label(brush.low).slice(0, 40)} to ${axis.label(brush.high).slice(0, 40)}`;
  };
  brushes.onBrush(show);
  show();
  const release = button("All", () => brushes.brush(place, undefined), {
    "aria-label": `All of ${title}`,
  });
  return el("fieldset", {}, el("legend", {}, title), low, high, told, release);
}
