import type { Curve, Histories } from "../../../stats/report-page.ts";

/** What one trial measured, as points from the first step on. */
export function readCurve(
  { starts, steps }: Histories,
  curve: Curve,
  trial: number,
): readonly (readonly [step: number, value: number])[] {
  const points: [number, number][] = [];
  for (let at = starts[trial] ?? 0; at < (starts[trial + 1] ?? 0); at++) {
    const value = valueAt(curve, at);
    if (!Number.isNaN(value)) points.push([steps[at] ?? 0, value]);
  }
  return points;
}

const LEVELS = 65_534;

function valueAt({ codes, values, low, high }: Curve, at: number): number {
  if (codes === null) return values?.[at] ?? NaN;
  const code = codes[at] ?? LEVELS + 1;
  if (code > LEVELS) return NaN;
  // Halves, for the distance between the largest numbers there are is none any more.
  return low * (1 - code / LEVELS) + high * (code / LEVELS);
}
