import type { Axis } from "../charts/axes.ts";
import { keep } from "../live/kept.ts";
import type { Brushes } from "./axis-controls.ts";

/** Half of a pixel. */
export const SLACK = 0.002;

/** What a brush lets pass, in the axis's own values; null: whatever lies beyond what there is now, too. */
interface KeptBrush {
  readonly key: string;
  readonly low: number | string | null;
  readonly high: number | string | null;
}

/** The same values pass on axes of more trials, which may reach farther or have values in between. */
export function keepBrushes(axes: readonly Axis[], brushes: Brushes): void {
  keep(
    "brushes",
    () => axes.flatMap((axis, place) => readBrush(axis, place, brushes)),
    (kept) => {
      for (const { key, low, high } of kept) {
        const place = axes.findIndex(({ column }) => column.key === key);
        const axis = axes[place];
        if (axis === undefined) continue;
        // Of a single value something is to be seen, too.
        const margin = 0.3 * axis.step;
        const ends = {
          low: low === null ? 0 : axis.positionOf(low) - margin,
          high: high === null ? 1 : axis.positionOf(high) + margin,
        };
        if (!Number.isNaN(ends.low + ends.high))
          brushes.brush(place, { low: Math.max(0, ends.low), high: Math.min(1, ends.high) });
      }
    },
  );
}

function readBrush(axis: Axis, place: number, brushes: Brushes): readonly KeptBrush[] {
  const brush = brushes.brushOf(place);
  if (brush === undefined) return [];
  const [low, high] = [brush.low - SLACK, brush.high + SLACK];
  const { column, step, valueAt } = axis;
  // Between two values nothing stands: the ends are the first and the last that pass.
  const first = step === 0 ? brush.low : Math.ceil(low / step) * step;
  const last = step === 0 ? brush.high : Math.floor(high / step) * step;
  if (first > last + SLACK) return [];
  return [
    {
      key: column.key,
      low: low <= 0 ? null : valueAt(first),
      high: high >= 1 ? null : valueAt(last),
    },
  ];
}
