/** Lines between two neighbouring axes, those alike taken together. */
export interface Segments {
  /** Where they start and end, in 0 .. bins-1. */
  readonly from: Uint16Array;
  readonly to: Uint16Array;
  /** Trials of each. */
  readonly counts: Uint32Array;
  /** Mean of what colours them, of those trials that have it; NaN: of none. */
  readonly shades: Float32Array;
}

/**
 * Ten thousand lines are few different ones: trials whose values fall into the same bins of both axes are one line, drawn
 * once. @param shades NaN: none @param mask 1: the trial takes part
 */
export function gatherSegments(
  left: Float32Array,
  right: Float32Array,
  { mask, shades, bins }: { mask: Uint8Array; shades: Float32Array; bins: number },
): Segments {
  const counts = new Uint32Array(bins * bins);
  const sums = new Float32Array(bins * bins);
  const shaded = new Uint32Array(bins * bins);
  const used: number[] = [];
  for (let trial = 0; trial < mask.length; trial++) {
    if (mask[trial] === 0) continue;
    const [a, b] = [left[trial] ?? NaN, right[trial] ?? NaN];
    if (a !== a || b !== b) continue;
    const place = Math.round(a * (bins - 1)) * bins + Math.round(b * (bins - 1));
    if (counts[place] === 0) used.push(place);
    counts[place] = (counts[place] ?? 0) + 1;
    const shade = shades[trial] ?? NaN;
    if (shade !== shade) continue;
    sums[place] = (sums[place] ?? 0) + shade;
    shaded[place] = (shaded[place] ?? 0) + 1;
  }
  return {
    from: Uint16Array.from(used, (place) => Math.floor(place / bins)),
    to: Uint16Array.from(used, (place) => place % bins),
    counts: Uint32Array.from(used, (place) => counts[place] ?? 0),
    shades: Float32Array.from(used, (place) => (sums[place] ?? 0) / (shaded[place] ?? 0)),
  };
}
