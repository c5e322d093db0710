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
  const sums = new Sums(bins);
  for (let trial = 0; trial < mask.length; trial++)
    if (mask[trial] === 1) sums.add(left[trial] ?? NaN, right[trial] ?? NaN, shades[trial] ?? NaN);
  return sums.list();
}

/** Counts and shades of each pair of bins. */
class Sums {
  readonly #bins: number;
  readonly #counts: Uint32Array;
  readonly #shades: Float32Array;
  readonly #shaded: Uint32Array;
  readonly #used: number[] = [];

  constructor(bins: number) {
    this.#bins = bins;
    this.#counts = new Uint32Array(bins * bins);
    this.#shades = new Float32Array(bins * bins);
    this.#shaded = new Uint32Array(bins * bins);
  }

  /** A position that is NaN has no place. */
  add(from: number, to: number, shade: number): void {
    if (Number.isNaN(from) || Number.isNaN(to)) return;
    const last = this.#bins - 1;
    const place = Math.round(from * last) * this.#bins + Math.round(to * last);
    if (this.#counts[place] === 0) this.#used.push(place);
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    if (Number.isNaN(shade)) return;
    this.#shades[place] = (this.#shades[place] ?? 0) + shade;
    this.#shaded[place] = (this.#shaded[place] ?? 0) + 1;
  }

  list(): Segments {
    const used = this.#used;
    return {
      from: Uint16Array.from(used, (place) => Math.floor(place / this.#bins)),
      to: Uint16Array.from(used, (place) => place % this.#bins),
      counts: Uint32Array.from(used, (place) => this.#counts[place] ?? 0),
      shades: Float32Array.from(
        used,
        (place) => (this.#shades[place] ?? 0) / (this.#shaded[place] ?? 0),
      ),
    };
  }
}
