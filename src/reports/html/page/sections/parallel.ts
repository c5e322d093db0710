import { type Axis, layOut } from "../charts/axes.ts";
import { type Brush, createGeometry, type Geometry } from "../charts/geometry.ts";
import { drawParallel } from "../charts/parallel.ts";
import { el } from "../dom.ts";
import { figure } from "../figure.ts";
import { formatCount, formatNumber, formatObjective, plural } from "../numbers.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";
import { axisControls, type Brushes } from "./axis-controls.ts";
import { keepBrushes, SLACK } from "./axis-kept.ts";

/** More axes than these side by side cannot be read. */
const MAX_AXES = 9;

/** Every trial as a line across its parameters to what came of it, to be narrowed on each axis. */
export function parallelSection(view: View, selection: Selection): HTMLElement {
  const seconds = view.columns.find(({ key, group }) => key === "seconds" && group === "cost");
  const wanted = [
    ...view.parameters.slice(0, MAX_AXES),
    ...(seconds === undefined ? [] : [seconds]),
    view.objective,
  ];
  const axes = wanted.map((column) => layOut(column, view)).filter((axis) => axis !== undefined);
  if (axes.length < 2) {
    return section(
      "parallel",
      "Parallel coordinates",
      el("p", {}, "Trials differ in fewer than two things, so there is nothing to draw."),
    );
  }
  const parallel = new Parallel(view, selection, axes);
  const left = Math.max(0, view.parameters.length - MAX_AXES);
  const note =
    left === 0
      ? ""
      : ` ${plural(left, "more parameter")} that matter less stand in the table only.`;
  return section(
    "parallel",
    "Parallel coordinates",
    el(
      "p",
      { class: "quiet" },
      `Each line is a trial; yellow is better than blue. Draw along an axis to keep the trials that pass there, tap it to let go; charts and table follow.${note}`,
    ),
    parallel.element,
    axisControls(axes, parallel),
  );
}

/** The chart, and what is brushed on it. */
class Parallel implements Brushes {
  readonly element: HTMLElement;
  readonly #view: View;
  readonly #selection: Selection;
  readonly #axes: readonly Axis[];
  readonly #brushes: (Brush | undefined)[];
  readonly #canvas = el("canvas", { id: "parallel-canvas" });
  readonly #shades: Float32Array;
  readonly #listeners: (() => void)[] = [];
  #geometry: Geometry | undefined;
  #refresh: () => void;

  constructor(view: View, selection: Selection, axes: readonly Axis[]) {
    this.#view = view;
    this.#selection = selection;
    this.#axes = axes;
    this.#brushes = axes.map(() => undefined);
    this.#shades = shadeTrials(view);
    const made = figure({
      ...{ title: "Parallel coordinates of all trials", selection },
      draw: (place) => this.#draw(place),
      twin: () => this.#describe(),
    });
    this.element = made.element;
    this.#refresh = made.refresh;
    this.#listenToPointer();
    keepBrushes(axes, this);
    // Whoever shows all trials again takes the brushes away too.
    selection.onChange(() => {
      if (selection.isNarrowed || this.#brushes.every((brush) => brush === undefined)) return;
      this.#brushes.fill(undefined);
      this.#tell();
    });
  }

  brushOf(axis: number): Brush | undefined {
    return this.#brushes[axis];
  }

  onBrush(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** @param brush undefined: the axis lets all trials pass */
  brush(axis: number, brush: Brush | undefined): void {
    this.#brushes[axis] = brush;
    const positions = this.#axes[axis]?.positions;
    const holds = (trial: number): boolean => {
      const position = positions?.[trial] ?? NaN;
      return position >= (brush?.low ?? 0) - SLACK && position <= (brush?.high ?? 1) + SLACK;
    };
    this.#selection.narrow(`axis ${axis}`, brush === undefined ? null : holds);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
    this.#refresh();
  }

  #draw(place: HTMLElement): void {
    if (this.#canvas.parentElement !== place) {
      place.replaceChildren(this.#canvas);
      place.classList.add("parallel");
      new ResizeObserver(() => this.#draw(place)).observe(place);
    }
    const { clientWidth: width } = place;
    // It is hidden just now.
    if (width === 0) return;
    const height = width >= 640 ? 380 : 64 * this.#axes.length + 20;
    const scale = Math.min(2, devicePixelRatio);
    const [pixels, lines] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.#canvas.width !== pixels || this.#canvas.height !== lines) {
      this.#canvas.width = pixels;
      this.#canvas.height = lines;
      this.#canvas.style.height = `${height}px`;
    }
    this.#geometry = createGeometry(width, height, this.#axes.length);
    const { mask, focus } = this.#selection;
    const data = { axes: this.#axes, mask, focus, shades: this.#shades, brushes: this.#brushes };
    drawParallel(this.#canvas, data, this.#geometry);
  }

  #listenToPointer(): void {
    const canvas = this.#canvas;
    let from: { axis: number; position: number } | undefined;
    const locate = (event: PointerEvent) => this.#geometry?.locate(event.offsetX, event.offsetY);
    canvas.addEventListener("pointerdown", (event) => {
      const found = locate(event);
      if (found === undefined || found.distance > 24) return;
      from = found;
      canvas.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      const found = locate(event);
      if (from === undefined || found === undefined) return;
      const [low, high] = [from.position, found.position].sort((a, b) => a - b) as [number, number];
      if (high - low > 0.01) this.brush(from.axis, { low, high });
    });
    canvas.addEventListener("pointerup", (event) => {
      const found = locate(event);
      if (
        from !== undefined &&
        found !== undefined &&
        Math.abs(found.position - from.position) <= 0.01
      )
        this.brush(from.axis, undefined);
      from = undefined;
    });
    canvas.addEventListener("pointercancel", () => (from = undefined));
  }

  #describe() {
    const { objective, trials, isBetter } = this.#view;
    const selected = this.#selection.list();
    const values = selected
      .map((trial) => objective.number(trial))
      .filter((value) => !Number.isNaN(value));
    const best = values.reduce(
      (found, value) => (isBetter(value, found) ? value : found),
      values[0] ?? NaN,
    );
    const mean = values.reduce((sum, value) => sum + value / values.length, 0);
    const told =
      values.length === 0
        ? "none of them has a result"
        : `${objective.title} is ${formatObjective(best)} at best and ${formatNumber(mean)} on the average`;
    return {
      sentence: `${formatCount(selected.length)} of ${plural(trials, "trial")} pass; ${told}.`,
      head: this.#axes.map(({ column }) => column.title),
      rows: () => selected.map((trial) => this.#axes.map(({ column }) => column.text(trial))),
    };
  }
}

/** Its place among all that have a result, so that one very bad trial does not make all others look alike. */
function shadeTrials({ ranked, trials }: View): Float32Array {
  const shades = new Float32Array(trials).fill(NaN);
  for (const [place, trial] of ranked.entries())
    shades[trial] = 1 - place / Math.max(1, ranked.length - 1);
  return shades;
}
