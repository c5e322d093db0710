import type { RandomSource } from "../core/random.ts";
import type { Parameters } from "../core/study.ts";
import type { Candidates } from "./candidate.ts";
import type { Encoding, Point } from "./gp/encoding.ts";
import { squareApart } from "./gp/kernel.ts";
import { keyOf } from "./history.ts";

const DRAWS = 32;

/** Of some drawn combinations, the one farthest from all known ones (Mitchell, "Spectrally optimal sampling", 1991). */
export function spreadFrom(
  points: readonly Point[],
  encoding: Encoding,
  candidates: Candidates,
  taken: ReadonlySet<string>,
  random: RandomSource,
): Parameters | null {
  let best: { params: Parameters; apart: number } | null = null;
  for (let draw = 0; draw < DRAWS; draw++) {
    const params = candidates.draw(random);
    if (taken.has(keyOf(params))) continue;
    const apart = leastApart(encoding.encode(params), points, encoding.isCategory);
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
      square += squareApart(point[at] ?? 0, other[at] ?? 0, isCategory[at] ?? false);
    least = Math.min(least, square);
  }
  return least;
}
