import type { StepRecord } from "../core/trial.ts";
import { parseProgressLine } from "../formats/trainer-report.ts";

/** Collects the epochs that a command tells of on stdout: `bsweep: {"epoch":3,"loss":0.1}`. */
export class ProgressLines {
  readonly #records = new Map<number, StepRecord>();
  #previous = performance.now();

  /** Any line; one that tells of no epoch changes nothing. */
  readonly read = (line: string): void => {
    const now = performance.now();
    const record = parseProgressLine(line, (now - this.#previous) / 1000);
    if (record === undefined) return;
    this.#previous = now;
    this.#records.set(record.step, record);
  };

  /** One record an epoch, the last that was told, in ascending order. */
  get history(): readonly StepRecord[] {
    return [...this.#records.values()].sort((a, b) => a.step - b.step);
  }
}
