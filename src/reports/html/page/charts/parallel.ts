import { cividis, type Ink, readInk } from "../colours.ts";
import type { Axis } from "./axes.ts";
import type { Brush, Geometry } from "./geometry.ts";
import { drawAxis } from "./parallel-axis.ts";
import { gatherSegments, type Segments } from "./segments.ts";

export interface ParallelData {
  readonly axes: readonly Axis[];
  /** 1: selected. */
  readonly mask: Uint8Array;
  /** How good each trial is, from 0 to 1; NaN: not known. */
  readonly shades: Float32Array;
  /** Trial that is looked at; -1: none. */
  readonly focus: number;
  readonly brushes: readonly (Brush | undefined)[];
}

/** So many lines cannot be told apart to the pixel: each axis then has fewer places, and the picture is there at once. */
const MANY = 3000;
const BINS = { few: 200, many: 48 } as const;
const SHADES = 16;

/** Draws all trials faintly, those selected over them, the best of these last. */
export function drawParallel(
  canvas: HTMLCanvasElement,
  data: ParallelData,
  geometry: Geometry,
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const ink = readInk();
  const scale = canvas.width / geometry.width;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, geometry.width, geometry.height);
  context.drawImage(
    drawFaint(canvas, data, geometry, ink),
    ...([0, 0, geometry.width, geometry.height] as const),
  );
  for (const [axis, segments] of gather(data, data.mask).entries())
    drawShaded(context, segments, { axis, geometry, bins: binsOf(data.mask) });
  if (data.focus >= 0) drawTrial(context, data, geometry, ink);
  for (const [place, axis] of data.axes.entries())
    drawAxis(context, axis, { place, brush: data.brushes[place], geometry, ink });
}

function binsOf(mask: Uint8Array): number {
  let count = 0;
  for (const isIn of mask) count += isIn;
  return count > MANY ? BINS.many : BINS.few;
}

function gather({ axes, shades }: ParallelData, mask: Uint8Array): readonly Segments[] {
  const bins = binsOf(mask);
  return axes.slice(1).map((axis, place) =>
    gatherSegments(axes[place]?.positions ?? axis.positions, axis.positions, {
      mask,
      shades,
      bins,
    }),
  );
}

/** Every trial, for what is not selected is seen too. It is the same for every brush, so it is drawn once. */
function drawFaint(
  canvas: HTMLCanvasElement,
  data: ParallelData,
  geometry: Geometry,
  ink: Ink,
): HTMLCanvasElement {
  const key = `${canvas.width} ${canvas.height} ${ink.faint}`;
  const known = faint.get(data.axes);
  if (known?.key === key) return known.layer;
  const layer = document.createElement("canvas");
  layer.width = canvas.width;
  layer.height = canvas.height;
  faint.set(data.axes, { key, layer });
  const context = layer.getContext("2d");
  if (context === null) return layer;
  const scale = canvas.width / geometry.width;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.strokeStyle = ink.faint;
  context.globalAlpha = 0.25;
  const everyone = new Uint8Array(data.mask.length).fill(1);
  const bins = binsOf(everyone);
  for (const [axis, segments] of gather(data, everyone).entries()) {
    const places = Array.from(segments.from.keys());
    strokeSegments(context, places, { ...segments, axis, geometry, bins });
  }
  return layer;
}

const faint = new WeakMap<
  readonly Axis[],
  { readonly key: string; readonly layer: HTMLCanvasElement }
>();

/** Lines in one path are slow from some hundred on. */
const PATH = 100;

function strokeSegments(
  context: CanvasRenderingContext2D,
  places: readonly number[],
  { from, to, axis, geometry, bins }: Pick<Segments, "from" | "to"> & Placed,
): void {
  for (let start = 0; start < places.length; start += PATH) {
    context.beginPath();
    for (const at of places.slice(start, start + PATH)) {
      context.moveTo(...geometry.point(axis, (from[at] ?? 0) / (bins - 1)));
      context.lineTo(...geometry.point(axis + 1, (to[at] ?? 0) / (bins - 1)));
    }
    context.stroke();
  }
}

/** Between which axes segments lie, and how many places these have. */
interface Placed {
  readonly axis: number;
  readonly geometry: Geometry;
  readonly bins: number;
}

function drawShaded(context: CanvasRenderingContext2D, segments: Segments, placed: Placed): void {
  const { counts, shades } = segments;
  const levels = Array.from({ length: SHADES + 1 }, (): number[] => []);
  for (let at = 0; at < shades.length; at++) {
    const shade = shades[at] ?? NaN;
    levels[shade !== shade ? 0 : 1 + Math.min(SHADES - 1, Math.floor(shade * SHADES))]?.push(at);
  }
  const few = counts.length < 200 ? 0.7 : 0;
  for (const [level, places] of levels.entries()) {
    const most = places.reduce((high, at) => Math.max(high, counts[at] ?? 0), 1);
    context.strokeStyle = level === 0 ? "#888" : cividis((level - 0.5) / SHADES);
    context.globalAlpha = Math.min(0.95, 0.5 + few / 2 + Math.log10(most) / 4);
    context.lineWidth = Math.min(3, 1 + few + Math.log10(most) / 2);
    strokeSegments(context, places, { ...segments, ...placed });
  }
  context.globalAlpha = 1;
}

function drawTrial(
  context: CanvasRenderingContext2D,
  { axes, focus }: ParallelData,
  geometry: Geometry,
  ink: Ink,
): void {
  context.strokeStyle = ink.second;
  context.lineWidth = 3;
  context.beginPath();
  let isApart = true;
  for (const [place, { positions }] of axes.entries()) {
    const position = positions[focus] ?? NaN;
    if (Number.isNaN(position)) isApart = true;
    else {
      if (isApart) context.moveTo(...geometry.point(place, position));
      else context.lineTo(...geometry.point(place, position));
      isApart = false;
    }
  }
  context.stroke();
}
