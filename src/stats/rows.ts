/** Rows that are made when they are asked for: a hundred thousand cost nothing until one is shown. */
export class Rows<T> implements Iterable<T> {
  readonly length: number;
  readonly #make: (place: number) => T;

  /** @param make the row at a place 0 .. length - 1 */
  constructor(length: number, make: (place: number) => T) {
    this.length = length;
    this.#make = make;
  }

  at(place: number): T | undefined {
    return place >= 0 && place < this.length ? this.#make(place) : undefined;
  }

  slice(start: number, end: number): T[] {
    const count = Math.max(0, Math.min(end, this.length) - start);
    return Array.from({ length: count }, (_, place) => this.#make(start + place));
  }

  /** The first of them, as they are asked for. */
  head(count: number): Rows<T> {
    return new Rows(Math.min(count, this.length), this.#make);
  }

  map<U>(change: (row: T) => U): Rows<U> {
    return new Rows(this.length, (place) => change(this.#make(place)));
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let place = 0; place < this.length; place++) yield this.#make(place);
  }

  toJSON(): T[] {
    return [...this];
  }
}
