/** A point: a loss an objective, less is better. */
export type Point = readonly number[];

/** What is as bad as some point, or worse, in every dimension, up to a reference. */
export interface Region {
  /** Whether a point lies in it; its border belongs to it. */
  covers(point: Point): boolean;
  /** @param point that it does not cover */
  add(point: Point): void;
  /** Its size: length, area, volume ... */
  readonly content: number;
}

/** @param reference a loss a dimension, at least that of every point to come; Infinity where no content is wanted */
export function createRegion(reference: Point): Region {
  if (reference.length === 1) return new Ray(reference[0] ?? NaN);
  return reference.length === 2 ? new Staircase(reference) : new Orthants(reference);
}

class Ray implements Region {
  readonly #reference: number;
  #least = Infinity;

  constructor(reference: number) {
    this.#reference = reference;
  }

  covers([x = NaN]: Point): boolean {
    return this.#least <= x;
  }

  add([x = NaN]: Point): void {
    this.#least = x;
  }

  get content(): number {
    return this.#least === Infinity ? 0 : this.#reference - this.#least;
  }
}

/** In a plane: corners from left to right, which is from high to low. */
class Staircase implements Region {
  readonly #reference: Point;
  readonly #xs: number[] = [];
  readonly #ys: number[] = [];
  content = 0;

  constructor(reference: Point) {
    this.#reference = reference;
  }

  covers([x = NaN, y = NaN]: Point): boolean {
    const left = this.#countUpTo(x) - 1;
    return left >= 0 && (this.#ys[left] ?? NaN) <= y;
  }

  add([x = NaN, y = NaN]: Point): void {
    const [right = NaN, top = NaN] = this.#reference;
    const [xs, ys] = [this.#xs, this.#ys];
    // A corner straight above stays: it adds nothing any more.
    const start = this.#countUpTo(x);
    let ceiling = ys[start - 1] ?? top;
    let [end, from] = [start, x];
    for (; end < ys.length && (ys[end] ?? NaN) >= y; end++) {
      const corner = xs[end] ?? NaN;
      this.content += (corner - from) * (ceiling - y);
      [from, ceiling] = [corner, ys[end] ?? NaN];
    }
    this.content += ((xs[end] ?? right) - from) * (ceiling - y);
    xs.splice(start, end - start, x);
    ys.splice(start, end - start, y);
  }

  #countUpTo(x: number): number {
    let [low, high] = [0, this.#xs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#xs[middle] ?? NaN) <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * In three dimensions or more: what a point adds is its own box less what of that box the others have, which is the
 * region of these, moved into the box (While, Bradstreet and Barone, IEEE Trans. Evol. Comp. 16, 2012).
 */
class Orthants implements Region {
  readonly #reference: Point;
  #corners: Point[] = [];
  content = 0;

  constructor(reference: Point) {
    this.#reference = reference;
  }

  covers(point: Point): boolean {
    return this.#corners.some((corner) => isAsGood(corner, point));
  }

  add(point: Point): void {
    this.content += this.#measureGain(point);
    this.#corners = this.#corners.filter((corner) => !isAsGood(point, corner));
    this.#corners.push(point);
  }

  #measureGain(point: Point): number {
    const box = this.#reference.reduce((size, end, at) => size * (end - (point[at] ?? NaN)), 1);
    if (box === Infinity) return box;
    const inside = this.#corners.map((corner) =>
      corner.map((loss, at) => Math.max(loss, point[at] ?? NaN)),
    );
    return box - measureHypervolume(inside, this.#reference);
  }
}

function isAsGood(point: Point, other: Point): boolean {
  for (let at = 0; at < point.length; at++)
    if ((point[at] ?? NaN) > (other[at] ?? NaN)) return false;
  return true;
}

/**
 * The size of what points are as good as or better than, up to a reference; exact. A sweep along the first dimension over
 * regions of the others (Fonseca, Paquete and Lopez-Ibanez, CEC 2006).
 * @param reference a loss a dimension, two at least, each at least that of every point
 */
export function measureHypervolume(points: readonly Point[], reference: Point): number {
  const [end = NaN, ...rest] = reference;
  const region = createRegion(rest);
  let [content, reached] = [0, end];
  for (const [at = NaN, ...others] of [...points].sort(compareLosses)) {
    content += region.content * (at - reached);
    reached = at;
    if (!region.covers(others)) region.add(others);
  }
  return content + region.content * (end - reached);
}

/** By the first loss, then by the next. */
export function compareLosses(a: Point, b: Point): number {
  for (let at = 0; at < a.length; at++) {
    const [one, other] = [a[at] ?? NaN, b[at] ?? NaN];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}
