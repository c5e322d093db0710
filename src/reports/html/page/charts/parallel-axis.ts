import type { Ink } from "../colours.ts";
import type { Axis } from "./axes.ts";
import type { Brush, Geometry } from "./geometry.ts";

/** An axis with its title, its values and what is brushed on it. */
export function drawAxis(
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
  const title = fitText(
    context,
    axis.column.title,
    isUpright ? roomOf(geometry) : geometry.width - 60,
  );
  const above = isUpright ? (place % 2 === 0 ? 26 : 12) : 8;
  write(context, title, [titleX, titleY - above], ink);
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
    write(context, text, isUpright ? [x + 5, y + 4] : [x, y + 14], ink);
  }
}

/** Lines behind a text do not make it unreadable. */
function write(
  context: CanvasRenderingContext2D,
  text: string,
  [x, y]: readonly [number, number],
  ink: Ink,
): void {
  context.strokeStyle = ink.ground;
  context.lineWidth = 4;
  context.strokeText(text, x, y);
  context.fillStyle = ink.text;
  context.fillText(text, x, y);
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
function fitText(context: CanvasRenderingContext2D, text: string, room: number): string {
  const short = text.slice(0, 80);
  if (context.measureText(short).width <= room) return short;
  let length = short.length;
  while (length > 1 && context.measureText(`${short.slice(0, length)}…`).width > room) length -= 1;
  return `${short.slice(0, length)}…`;
}
