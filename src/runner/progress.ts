import type { StepRecord } from "../core/trial.ts";
import { readProgressLine } from "../formats/told-steps.ts";
import type { Warnings } from "../formats/warnings.ts";

/** Of a line that may be the last, so much is kept. */
const KEPT_LENGTH = 1000;

/** More are not kept: a program may tell of each of its batches. */
const MAX_STEPS = 100_000;

/** Collects what a command tells on stdout while it runs: `bsweep: {"step":3,"loss":0.1}`. */
export class ProgressLines {
  readonly #records = new Map<number, StepRecord>();
  readonly #warnings: Warnings;
  readonly #onStep: ((record: StepRecord) => void) | undefined;
  #previous = process.uptime();
  #lastStep = 0;
  /** The last line that told of no step. */
  lastWords = "";

  /** @param onStep called with each step as it is told */
  constructor(warnings: Warnings, onStep?: (record: StepRecord) => void) {
    this.#warnings = warnings;
    this.#onStep = onStep;
  }

  /** Any line; one that tells of no step changes nothing. */
  readonly read = (line: string): void => {
    const now = process.uptime();
    const unsaid = { step: this.#lastStep + 1, seconds: now - this.#previous };
    const record = readProgressLine(line, unsaid, this.#warnings);
    if (record === undefined) {
      if (line.trim() !== "") this.lastWords = line.trim().slice(-KEPT_LENGTH);
      return;
    }
    this.#previous = now;
    this.#lastStep = record.step;
    this.#onStep?.(record);
    if (this.#records.size < MAX_STEPS || this.#records.has(record.step))
      this.#records.set(record.step, record);
    else this.#warnings.add(`more than ${MAX_STEPS} steps were told: later ones are left out`);
  };

  /** The last that was told of each step. */
  get history(): readonly StepRecord[] {
    return [...this.#records.values()];
  }
}
