import type { ClaimFolder } from "./claims.ts";

/** What is known of a claim that another task holds. */
interface Seen {
  readonly stamp: string;
  /** For how long this task has looked and seen no change. */
  readonly silentSeconds: number;
}

/** So long without a change: dead; and so long between two looks. */
type Timing = Readonly<Record<"patienceSeconds" | "pauseSeconds", number>>;

/**
 * Finds out whether the holders of claims are still alive: each changes its claim now and then, and one that
 * stays the same while this task looks is a dead task's. No clock is read but this task's own stopwatch, so it
 * does not matter what time it is elsewhere, nor how late storage shows a change, as long as it is less than
 * the patience.
 */
export class Vigil {
  readonly #folder: ClaimFolder;
  readonly #timing: Timing;
  readonly #now: () => number;
  #seen = new Map<string, Seen>();
  #lookedAt: number | undefined;

  /** @param now seconds of a clock that only ever runs forward */
  constructor(
    folder: ClaimFolder,
    timing: Timing,
    now: () => number = () => performance.now() / 1000,
  ) {
    this.#folder = folder;
    this.#timing = timing;
    this.#now = now;
  }

  /**
   * Looks at claims that are held. Where more time has passed than between two looks, this task was suspended,
   * and the others may have been with it: that time does not count against them.
   * @returns the indices whose holders are dead
   */
  look(held: readonly { readonly index: number; readonly generation: number }[]): number[] {
    const now = this.#now();
    const passed = Math.min(now - (this.#lookedAt ?? now), 2 * this.#timing.pauseSeconds);
    this.#lookedAt = now;
    const seen = new Map<string, Seen>();
    const dead: number[] = [];
    for (const { index, generation } of held) {
      const key = `${index}.${generation}`;
      const stamp = this.#folder.readStamp(index, generation);
      const before = this.#seen.get(key);
      const silentSeconds = before?.stamp === stamp ? before.silentSeconds + passed : 0;
      seen.set(key, { stamp, silentSeconds });
      if (silentSeconds >= this.#timing.patienceSeconds) dead.push(index);
    }
    this.#seen = seen;
    return dead;
  }
}
