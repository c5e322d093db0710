import { DIRECTIONS } from "./directions.ts";

const BITS = 32;

/** For each dimension, the directions of the bits, the highest first. */
const TABLE: readonly Uint32Array[] = [
  Uint32Array.from({ length: BITS }, (_, bit) => 2 ** (BITS - 1 - bit)),
  ...DIRECTIONS.trim()
    .split("\n")
    .map((line) => extend(line.split(" ").map(Number))),
];

/** Most parameters that the sequence has dimensions for. */
export const SOBOL_DIMENSIONS = TABLE.length;

/**
 * Sobol's sequence in Gray code (Bratley and Fox, "Algorithm 659", ACM TOMS 14, 1988): its point at `index`, from 0, as
 * whole numbers of 32 bits, 2^32 being 1.
 */
export function sobolPoint(index: number, dimensions: number): Uint32Array {
  const gray = (index ^ (index >>> 1)) >>> 0;
  return Uint32Array.from({ length: dimensions }, (_, dimension) => {
    const directions = TABLE[dimension];
    if (directions === undefined) throw new RangeError(`no dimension ${dimension}`);
    let point = 0;
    for (let bit = 0, rest = gray; rest > 0; bit++, rest >>>= 1)
      if (rest & 1) point ^= directions[bit] ?? 0;
    return point;
  });
}

/** The recurrence of the primitive polynomial, whose leading coefficient stands in the highest bit. */
function extend([polynomial = 1, ...first]: readonly number[]): Uint32Array {
  const degree = first.length;
  const directions = new Uint32Array(BITS);
  for (let bit = 0; bit < BITS; bit++) {
    if (bit < degree) {
      directions[bit] = (first[bit] ?? 0) * 2 ** (BITS - 1 - bit);
      continue;
    }
    const back = directions[bit - degree] ?? 0;
    let direction = back ^ (back >>> degree);
    for (let term = 1; term < degree; term++)
      if ((polynomial >>> (degree - term)) & 1) direction ^= directions[bit - term] ?? 0;
    directions[bit] = direction;
  }
  return directions;
}
