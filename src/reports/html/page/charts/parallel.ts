import { cividis, type Ink, readInk } from "../colours.ts";
import type { Axis } from "./axes.ts";
import { gatherSegments, type Segments } from "./segments.ts";

/** Part of an axis; trials outside are not selected. */
export interface Brush {
  readonly low: number;
  readonly high: number;
}

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

/** Where axes stand: side by side, or one below the other where there is little room. */
export interface Geometry {
  readonly width: number;
  readonly height: number;
  readonly isUpright: boolean;
  readonly point: (axis: number, position: number) => readonly [x: number, y: number];
  /** The nearest axis of a point, how far it is, and the position on it. */
  readonly locate: (x: number, y: number) => { axis: number; distance: number; position: number };
}

/** So many lines cannot be told apart to the pixel: each axis then has fewer places, and the picture is there at once. */
const MANY = 3000;
const BINS = { few: 200, many: 48 } as const;
const SHADES = 16;

export function createGeometry(width: number, height: number, axes: number): Geometry {
  const isUpright = width >= 640;
  const margin = isUpright
    ? { top: 44, bottom: 20, start: 56, end: 64 }
    : { top: 30, bottom: 26, start: 24, end: 24 };
  const along =
    (isUpright ? width : height) -
    (isUpright ? margin.start + margin.end : margin.top + margin.bottom);
  const across =
    (isUpright ? height : width) -
    (isUpright ? margin.top + margin.bottom : margin.start + margin.end);
  const gap = along / Math.max(1, axes - 1);
  const first = isUpright ? margin.start : margin.top;
  return {
    ...{ width, height, isUpright },
    point: (axis, position) =>
      isUpright
        ? [first + axis * gap, margin.top + (1 - position) * across]
        : [margin.start + position * across, first + axis * gap],
    locate: (x, y) => {
      const place = ((isUpright ? x : y) - first) / gap;
      const axis = Math.min(axes - 1, Math.max(0, Math.round(place)));
      const position = isUpright ? 1 - (y - margin.top) / across : (x - margin.start) / across;
      return {
        axis,
        distance: Math.abs(place - axis) * gap,
        position: Math.min(1, Math.max(0, position)),
      };
    },
  };
}

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

function drawAxis(
  context: CanvasRenderingContext2D,
  axis: Axis,
  {
    place,
    brush,
    geometry,
    ink,
  }: { place: number; brush: Brush | undefined; geometry: Geometry; ink: Ink },
): void {
  const { isUpright, point } = geometry;
  context.strokeStyle = ink.text;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(...point(place, 0));
  context.lineTo(...point(place, 1));
  context.stroke();
  context.font = "12px system-ui, sans-serif";
  const [titleX, titleY] = point(place, isUpright ? 1 : 0);
  context.textAlign = isUpright ? "center" : "left";
  context.fillStyle = ink.text;
  const title = fitText(
    context,
    axis.column.title,
    isUpright ? roomOf(geometry) : geometry.width - 60,
  );
  context.fillText(
    title,
    titleX,
    isUpright ? (place % 2 === 0 ? titleY - 26 : titleY - 12) : titleY - 8,
  );
  if (brush !== undefined) drawBrush(context, brush, place, geometry, ink);
  drawTicks(context, axis, place, geometry, ink);
}

/** Titles stand in two rows, so that each has twice the distance between axes. */
function roomOf({ point }: Geometry): number {
  return Math.max(60, 1.8 * ((point(1, 0)[0] || 0) - (point(0, 0)[0] || 0)));
}

function drawTicks(
  context: CanvasRenderingContext2D,
  axis: Axis,
  place: number,
  geometry: Geometry,
  ink: Ink,
): void {
  const { isUpright, point } = geometry;
  context.font = "11px system-ui, sans-serif";
  context.textAlign = isUpright ? "left" : "center";
  const shown = isUpright
    ? axis.ticks
    : axis.ticks.filter((_, at) => at % Math.ceil(axis.ticks.length / 5) === 0);
  for (const [position, label] of shown) {
    const [x, y] = point(place, position);
    const text = fitText(context, label, isUpright ? 64 : 56);
    const [left, top] = isUpright ? [x + 5, y + 4] : [x, y + 14];
    context.strokeStyle = ink.ground;
    context.lineWidth = 3;
    context.strokeText(text, left, top);
    context.fillStyle = ink.text;
    context.fillText(text, left, top);
  }
}

function drawBrush(
  context: CanvasRenderingContext2D,
  { low, high }: Brush,
  place: number,
  geometry: Geometry,
  ink: Ink,
): void {
  const [x1, y1] = geometry.point(place, low);
  const [x2, y2] = geometry.point(place, high);
  const [left, top] = [
    Math.min(x1, x2) - (geometry.isUpright ? 7 : 0),
    Math.min(y1, y2) - (geometry.isUpright ? 0 : 7),
  ];
  const width = geometry.isUpright ? 14 : Math.max(3, Math.abs(x2 - x1));
  const height = geometry.isUpright ? Math.max(3, Math.abs(y2 - y1)) : 14;
  context.fillStyle = ink.accent;
  context.globalAlpha = 0.35;
  context.fillRect(left, top, width, height);
  context.globalAlpha = 1;
  context.strokeStyle = ink.accent;
  context.strokeRect(left, top, width, height);
}

/** The text's beginning, as much as there is room for. */
export function fitText(context: CanvasRenderingContext2D, text: string, room: number): string {
  const short = text.slice(0, 80);
  if (context.measureText(short).width <= room) return short;
  let length = short.length;
  while (length > 1 && context.measureText(`${short.slice(0, length)}…`).width > room) length -= 1;
  return `${short.slice(0, length)}…`;
}
