import { appendFileSync, rmSync } from "node:fs";
import { complaintOf, valueOr } from "../core/errors.ts";
import { isObject } from "../core/objects.ts";
import type { Metrics, StepRecord } from "../core/trial.ts";
import { readNumber, ToldNumbers } from "../formats/told-numbers.ts";
import type { Json } from "../formats/tolerant-json.ts";
import type { Warnings } from "../formats/warnings.ts";
import { MAX_RESULT_BYTES, readTextNow } from "../rounds/result-text.ts";

/** A line is written at most so long after it was told: a program may tell of each of its batches. */
const FLUSH_MILLISECONDS = 1000;
/** Between the lines of one run and those of the next, of which the former may end in half a line. */
const NEXT_RUN = "\nrun\n";

/**
 * What a trial told of its steps before it was stopped and run again from its checkpoint, a line each in a file beside that.
 * Lines are written while it runs, for whatever stops it. A file that cannot be read or written costs earlier steps alone.
 */
export class KeptSteps {
  readonly #file: string;
  readonly #warnings: Warnings;
  /** By earlier runs, in the order in which it was told; NaN for what was not finite. */
  readonly told: readonly StepRecord[];
  #lines = NEXT_RUN;
  #bytes: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param resumes whether the trial goes on from a checkpoint: else what was told is of a training that is lost */
  constructor(file: string, resumes: boolean, warnings: Warnings) {
    this.#file = file;
    this.#warnings = warnings;
    if (!resumes) this.#try(() => rmSync(file, { force: true }));
    const text = resumes ? valueOr("", () => readTextNow(file)) : "";
    this.#bytes = text.length;
    let told: readonly StepRecord[] = [];
    for (const run of text.split(NEXT_RUN)) told = joinRuns(told, readRun(run));
    this.told = told;
  }

  /** @param told of its metrics, those that are not finite among them */
  add({ step, seconds }: StepRecord, told: Metrics): void {
    const line = `${JSON.stringify({ step, metrics: told, seconds })}\n`;
    this.#bytes += line.length;
    if (this.#bytes > MAX_RESULT_BYTES - NEXT_RUN.length) return;
    this.#lines += line;
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MILLISECONDS).unref();
  }

  /** The run has ended. @param told steps that a file of its own tells */
  finish(told: readonly StepRecord[] = []): void {
    for (const record of told) this.add(record, record.metrics);
    this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#lines;
    this.#lines = "";
    if (text !== NEXT_RUN) this.#try(() => appendFileSync(this.#file, text));
    else this.#lines = NEXT_RUN;
  }

  /** The steps of all runs. @param own of this one */
  join(own: readonly StepRecord[]): readonly StepRecord[] {
    const told = this.told.map(({ step, metrics, seconds }) => {
      const numbers = new ToldNumbers(this.#warnings, "history: ").collect(metrics);
      return { step, metrics: numbers.metrics, seconds };
    });
    return joinRuns(told, own);
  }

  #try(write: () => void): void {
    const problem = complaintOf(write);
    if (problem !== undefined)
      this.#warnings.add("steps are not kept for when it is run again", problem);
  }
}

/** What was told before, up to the first step that is told again: later ones are of a training that was lost. */
function joinRuns(
  before: readonly StepRecord[],
  after: readonly StepRecord[],
): readonly StepRecord[] {
  const first = after.reduce((least, { step }) => Math.min(least, step), Infinity);
  return [...before.filter(({ step }) => step < first), ...after];
}

/** One record a step, of all that its lines tell. */
function readRun(text: string): readonly StepRecord[] {
  const steps = new Map<number, StepRecord>();
  for (const line of text.split("\n")) {
    const told = valueOr(undefined, () => JSON.parse(line) as Json);
    if (!isObject(told)) continue;
    const { step, metrics, seconds } = told;
    if (!Number.isSafeInteger(step) || !isObject(metrics)) continue;
    const numbers = Object.entries(metrics).map(([name, value]) => [
      name,
      readNumber(value)?.number ?? NaN,
    ]);
    const earlier = steps.get(Number(step))?.metrics;
    steps.set(Number(step), {
      step: Number(step),
      metrics: { ...earlier, ...(Object.fromEntries(numbers) as Metrics) },
      seconds: typeof seconds === "number" ? seconds : 0,
    });
  }
  return [...steps.values()];
}
