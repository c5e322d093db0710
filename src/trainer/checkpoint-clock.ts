export interface ClockOptions {
  /** Between checkpoints; 0: one after each epoch. */
  readonly seconds: number;
  /** ISO 8601 UTC, or null. */
  readonly endsAt: string | null;
  readonly stop: AbortSignal;
}

/** Says when a training is to save and when it is to stop: told to, or out of time. */
export class CheckpointClock {
  readonly #seconds: number;
  readonly #endsAt: number;
  readonly #stop: AbortSignal;
  #savedAt = performance.now();

  constructor({ seconds, endsAt, stop }: ClockOptions) {
    this.#seconds = seconds;
    this.#endsAt = endsAt === null ? Infinity : Date.parse(endsAt);
    this.#stop = stop;
  }

  /** After a step. */
  decide(): "go on" | "save" | "stop" {
    if (this.#stop.aborted || Date.now() >= this.#endsAt) return "stop";
    const due = this.#seconds > 0 && performance.now() - this.#savedAt >= this.#seconds * 1000;
    if (!due) return "go on";
    this.#savedAt = performance.now();
    return "save";
  }

  /** After an epoch. */
  decideAtEpoch(): "go on" | "save" | "stop" {
    const decision = this.decide();
    return decision === "go on" && this.#seconds === 0 ? "save" : decision;
  }
}
