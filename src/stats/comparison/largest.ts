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
}
