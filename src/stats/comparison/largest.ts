/** The largest few of the numbers that it is given. */
export class Largest {
  /** Ascending, from `#free` on. */
  readonly #values: Float64Array;
  #free: number;

  constructor(count: number) {
    this.#values = new Float64Array(count);
    this.#free = count;
  }

  add(value: number): void {
    const values = this.#values;
    if (this.#free > 0) this.#free--;
    else if (value <= (values[0] ?? NaN)) return;
    let place = this.#free;
    for (; place + 1 < values.length && (values[place + 1] ?? 0) < value; place++)
      values[place] = values[place + 1] ?? 0;
    values[place] = value;
  }

  /** The least of them. */
  get least(): number {
    return this.#values[this.#free] ?? NaN;
  }

  get isFull(): boolean {
    return this.#free === 0;
  }
}

/** The same of each of many places, where only values above a floor matter: most places see none. */
export class LargestOfEach {
  readonly #count: number;
  /** What a value must be above to be kept. */
  readonly #least: Float64Array;
  readonly #kept: (Largest | undefined)[];

  /** @param floors of each place */
  constructor(count: number, floors: Float64Array) {
    this.#count = count;
    this.#least = floors.slice();
    this.#kept = Array.from(floors, () => undefined);
  }

  add(place: number, value: number): void {
    if (!(value > (this.#least[place] ?? Infinity))) return;
    const kept = (this.#kept[place] ??= new Largest(this.#count));
    kept.add(value);
    if (kept.isFull) this.#least[place] = kept.least;
  }

  /** The least of its largest few; -Infinity where not as many are above its floor. */
  leastOf(place: number): number {
    const kept = this.#kept[place];
    return kept?.isFull === true ? kept.least : -Infinity;
  }
}
