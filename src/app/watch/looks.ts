import type { Effects } from "../../core/effects.ts";
import { quietly } from "../collect/collect-first.ts";

/**
 * One look after another at something that changes. What a look warns of is told when it is new. A look that fails is a
 * warning like others - a database that is locked for a while, a folder that a server does not give, are not the end of a
 * long wait - but for the first one.
 */
export class Looks<T> {
  readonly #look: (quiet: Effects, last: T | undefined) => Promise<T>;
  readonly #effects: Effects;
  #last: T | undefined;
  #warnings: readonly string[] = [];

  /** @param look its effects tell nothing but warnings */
  constructor(effects: Effects, look: (quiet: Effects, last: T | undefined) => Promise<T>) {
    this.#look = look;
    this.#effects = effects;
  }

  /** What the last look saw that could be taken. */
  get last(): T | undefined {
    return this.#last;
  }

  /** Of the last look. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** @returns undefined when it could not be taken @throws what the first look throws */
  async again(): Promise<T | undefined> {
    const warnings: string[] = [];
    let seen: T | undefined;
    try {
      seen = await this.#look(
        quietly(this.#effects, (line) => warnings.push(line)),
        this.#last,
      );
      this.#last = seen;
    } catch (error) {
      if (this.#last === undefined || !(error instanceof Error)) throw error;
      warnings.push(error.message);
    }
    const told = this.#warnings;
    for (const line of warnings) if (!told.includes(line)) this.#effects.reporter.warn(line);
    this.#warnings = warnings;
    return seen;
  }
}
