import type { Goals, Objective } from "../core/study.ts";
import { isMet } from "./requirements.ts";

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
  readonly #goals: Goals;
  readonly #groups = new Map<string | number, { objective: Mean; required: readonly Mean[] }>();
  #best: string | number | undefined;

  constructor(goals: Goals) {
    this.#goals = goals;
  }

  /**
   * @param key what replicates share, and no others
   * @param required of each requirement, what its metric is; NaN: not known
   */
  add(key: string | number, objective: number | null, required: readonly number[] = []): void {
    if (objective === null) return;
    const group = this.#groups.get(key) ?? {
      objective: new Mean(),
      required: required.map(() => new Mean()),
    };
    this.#groups.set(key, group);
    group.objective.add(objective);
    for (const [at, mean] of group.required.entries()) mean.add(required[at] ?? NaN);
    // Another replicate may have made the best one worse.
    const isBest = this.#best === key;
    if (isBest) this.#best = undefined;
    const challengers = isBest ? this.#groups.keys() : [key];
    for (const each of challengers) {
      const [best, value] = [this.value, this.#valueOf(each)];
      if (value === undefined) continue;
      if (best === undefined || isBetter(value, best, this.#goals.objective)) this.#best = each;
    }
  }

  get value(): number | undefined {
    return this.#best === undefined ? undefined : this.#valueOf(this.#best);
  }

  /** Undefined where it does not meet what is required. */
  #valueOf(key: string | number): number | undefined {
    const group = this.#groups.get(key);
    const { requirements = [] } = this.#goals;
    const meets = requirements.every((each, at) => isMet(each, group?.required[at]?.value ?? NaN));
    return meets ? group?.objective.value : undefined;
  }
}

/** Of the numbers that are known. */
class Mean {
  #sum = 0;
  #count = 0;

  add(value: number): void {
    if (Number.isNaN(value)) return;
    this.#sum += value;
    this.#count += 1;
  }

  /** NaN of none. */
  get value(): number {
    return this.#sum / this.#count;
  }
}
