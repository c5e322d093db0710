/** Which trials are looked at: those within every brush and of the filter. */
export class Selection {
  readonly #brushes = new Map<string, (trial: number) => boolean>();
  readonly #listeners: (() => void)[] = [];
  /** 1: the trial is selected. */
  readonly mask: Uint8Array;
  count: number;
  /** Another one for every other set of selected trials. */
  version = 0;
  /** Of the trial that is looked at by itself; -1: none. */
  focus = -1;

  constructor(trials: number) {
    this.mask = new Uint8Array(trials).fill(1);
    this.count = trials;
  }

  /** Whether anything is left out. */
  get isNarrowed(): boolean {
    return this.#brushes.size > 0;
  }

  /** Whether this source leaves anything out. */
  isNarrowedBy(source: string): boolean {
    return this.#brushes.has(source);
  }

  /** @param source who asks; @param holds null: it does not any more */
  narrow(source: string, holds: ((trial: number) => boolean) | null): void {
    if (holds === null) this.#brushes.delete(source);
    else this.#brushes.set(source, holds);
    const tests = [...this.#brushes.values()];
    let count = 0;
    for (let trial = 0; trial < this.mask.length; trial++) {
      let isIn = 1;
      for (const test of tests) if (!test(trial)) isIn = 0;
      this.mask[trial] = isIn;
      count += isIn;
    }
    this.count = count;
    this.version += 1;
    this.#tell();
  }

  clear(): void {
    this.#brushes.clear();
    this.mask.fill(1);
    this.count = this.mask.length;
    this.version += 1;
    this.#tell();
  }

  look(trial: number): void {
    this.focus = trial;
    this.#tell();
  }

  /** The selected trials, by number. */
  list(): number[] {
    const trials: number[] = [];
    for (let trial = 0; trial < this.mask.length; trial++)
      if (this.mask[trial] === 1) trials.push(trial);
    return trials;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
