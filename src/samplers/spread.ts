import type { Parameters } from "../core/study.ts";
import type { Encoding, Point } from "./gp/encoding.ts";
import type { Openings } from "./openings.ts";

const DRAWS = 32;
/** How long the ring is that [0, 1] lies on. */
const RING = 1.1;
/** The newest points, which a new one is to be far from. */
const MOST_POINTS = 200;

/**
 * Of some drawn combinations, the one farthest from all points (Mitchell, "Spectrally optimal sampling in distribution ray tracing",
 * SIGGRAPH 1991); null where nothing is left.
 */
export function spreadFrom(
  points: readonly Point[],
  { encode, isCategory }: Encoding,
  openings: Openings,
): Parameters | null {
  const newest = points.slice(-MOST_POINTS);
  let best: { params: Parameters; apart: number } | null = null;
  for (const params of openings.draw(DRAWS)) {
    const apart = leastApart(encode(params), newest, isCategory);
    if (best === null || apart > best.apart) best = { params, apart };
  }
  return best?.params ?? null;
}

function leastApart(
  point: Point,
  points: readonly Point[],
  isCategory: readonly boolean[],
): number {
  let least = Infinity;
  for (const other of points) {
    let square = 0;
    for (let at = 0; at < point.length; at++)
      square += squareAround(point[at] ?? 0, other[at] ?? 0, isCategory[at] ?? false);
    least = Math.min(least, square);
  }
  return least;
}

/** As on a ring: otherwise the corners of the space, where hardly anything is good, would be the farthest from all. */
function squareAround(one: number, other: number, isCategory: boolean): number {
  if (isCategory) return Number(one !== other);
  const apart = Math.abs(one - other);
  return Math.min(apart, RING - apart) ** 2;
}
