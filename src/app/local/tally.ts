import type { Effects } from "../../core/effects.ts";
import { formatCount, formatDuration, formatValue } from "../../core/quantities.ts";
import type { Objective } from "../../core/study.ts";
import type { TrialResult } from "../../core/trial.ts";
import { BestSoFar } from "../../stats/rank.ts";

/** Counts a local run while it goes on, and tells how far it is. */
export class Tally {
  readonly #objective: Objective;
  readonly #total: number;
  readonly #effects: Effects;
  readonly #startedAt: number;
  #done = 0;
  #failed = 0;
  readonly #best: BestSoFar;
  /** Seconds the trainers took: what one trial after another would have taken. */
  #trialSeconds = 0;

  /** @param total trials that are to be run */
  constructor(objective: Objective, total: number, effects: Effects) {
    this.#objective = objective;
    this.#best = new BestSoFar(objective);
    this.#total = total;
    this.#effects = effects;
    this.#startedAt = effects.now().getTime();
  }

  /** What came of it so far. */
  summary(): { done: number; failed: number; seconds: number; trialSeconds: number } {
    const seconds = this.#elapsedSeconds();
    return { done: this.#done, failed: this.#failed, seconds, trialSeconds: this.#trialSeconds };
  }

  #elapsedSeconds(): number {
    return (this.#effects.now().getTime() - this.#startedAt) / 1000;
  }

  add(result: TrialResult): void {
    this.#done += 1;
    this.#trialSeconds += result.timing.seconds;
    if (result.state === "failed") this.#failed += 1;
    this.#best.add(result);
    this.show();
  }

  show(): void {
    const left = ((this.#total - this.#done) * this.#elapsedSeconds()) / this.#done;
    const best = this.#best.value;
    const parts = [
      ...(this.#failed > 0 ? [`${formatCount(this.#failed)} failed`] : []),
      ...(best === undefined ? [] : [`best ${this.#objective.metric} ${formatValue(best)}`]),
      ...(Number.isFinite(left) && left > 0 ? [`about ${formatDuration(left)} left`] : []),
    ];
    const note = parts.join(", ");
    const state = { label: "trials", done: this.#done, total: this.#total };
    this.#effects.reporter.progress(note === "" ? state : { ...state, note });
  }
}
