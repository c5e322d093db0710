import type { Objective } from "../core/study.ts";

/** Whether `value` beats `other` in the objective's direction. */
export function isBetter(
  value: number,
  other: number,
  { direction }: Pick<Objective, "direction">,
): boolean {
  return direction === "maximize" ? value > other : value < other;
}

/** The best mean over replicates while results come in, as the ranking will have it (rank.ts). */
export class BestSoFar {
  readonly #objective: Objective;
  readonly #groups = new Map<string | number, { sum: number; count: number }>();
  #best: string | number | undefined;

  constructor(objective: Objective) {
    this.#objective = objective;
  }

  /** @param key what replicates share, and no others */
  add(key: string | number, objective: number | null): void {
    if (objective === null) return;
    const { sum, count } = this.#groups.get(key) ?? { sum: 0, count: 0 };
    this.#groups.set(key, { sum: sum + objective, count: count + 1 });
    // Another replicate may have made the best one worse.
    const challengers = this.#best === key ? this.#groups.keys() : [key];
    for (const each of challengers) {
      const best = this.value;
      if (best === undefined || isBetter(this.#meanOf(each), best, this.#objective))
        this.#best = each;
    }
  }

  get value(): number | undefined {
    return this.#best === undefined ? undefined : this.#meanOf(this.#best);
  }

  #meanOf(key: string | number): number {
    const { sum, count } = this.#groups.get(key) ?? { sum: NaN, count: 1 };
    return sum / count;
  }
}
