import type { Metrics, StepRecord } from "../core/trial.ts";
import type { FoundMetric, MetricPatterns } from "../formats/metric-patterns.ts";
import { readProgressLine, stepKeyOf } from "../formats/told-steps.ts";
import { ToldNumbers } from "../formats/told-numbers.ts";
import type { Warnings } from "../formats/warnings.ts";
import type { KeptSteps } from "./kept-steps.ts";

/** Of a line that may be the last, so much is kept. */
const KEPT_LENGTH = 1000;
/** So many of the last lines, of both outputs, are kept where lines are searched, and so much of each. */
const KEPT_LINES = 8;
const KEPT_OF_EACH = 300;

/** More are not kept: a program may tell of each of its batches. */
const MAX_STEPS = 100_000;

/** Lines of one trial are searched for so long, then no more: an expression that is slow on them must not hold up limits. */
const MAX_SEARCH_SECONDS = 60;

interface ProgressOptions {
  /** Called with each step as it is told; where several lines tell of one, with what they have told so far. */
  readonly onStep?: ((record: StepRecord) => void) | undefined;
  /** Finds metrics in lines that are none of bsweep's form. */
  readonly patterns?: MetricPatterns | undefined;
  readonly maxSearchSeconds?: number;
  /** Where steps are kept for a later run of the trial, and what earlier ones told. */
  readonly kept?: KeptSteps | undefined;
}

/**
 * Collects what a command tells while it runs: lines such as `bsweep: {"step":3,"loss":0.1}` on stdout, and lines of any form
 * on stdout and stderr that the study's expressions find metrics in.
 */
export class ProgressLines {
  readonly #records = new Map<number, StepRecord>();
  readonly #warnings: Warnings;
  readonly #options: ProgressOptions;
  readonly #matches: Matches;
  readonly #lastLines: string[] = [];
  #previous = process.uptime();
  #lastStep = 0;
  #searchSeconds = 0;
  /** The last line of stdout that told of no step. */
  lastWords = "";

  constructor(warnings: Warnings, options: ProgressOptions = {}) {
    this.#warnings = warnings;
    this.#options = options;
    const { patterns, kept } = options;
    this.#matches = new Matches(patterns?.names ?? [], kept?.told);
    this.#lastStep = kept?.told.at(-1)?.step ?? 0;
  }

  /** Any line of stdout; one that tells of no step changes nothing. */
  readonly read = (line: string): void => {
    const unsaid = { step: this.#lastStep + 1, seconds: process.uptime() - this.#previous };
    const record = readProgressLine(line, unsaid, this.#warnings);
    if (record === undefined) {
      if (line.trim() !== "") this.lastWords = line.trim().slice(-KEPT_LENGTH);
      this.search(line);
      return;
    }
    this.#previous = process.uptime();
    this.#lastStep = record.step;
    this.#keep(record, record.metrics);
  };

  /** Any line of any output: searched by the study's expressions, where it has some. */
  readonly search = (line: string): void => {
    const { patterns } = this.#options;
    if (patterns === undefined || line.trim() === "") return;
    this.#lastLines.push(line.trimEnd().slice(0, KEPT_OF_EACH));
    if (this.#lastLines.length > KEPT_LINES) this.#lastLines.shift();
    if (this.isSpent) return;
    const began = process.uptime();
    const found = patterns.find(line);
    const now = process.uptime();
    this.#searchSeconds += now - began;
    for (const [step, told] of this.#matches.take(found, this.#warnings)) {
      const { metrics, seconds = 0 } = this.#records.get(step) ?? {};
      const { metrics: measured } = new ToldNumbers(this.#warnings, "history: ").collect(told);
      const record = { step, metrics: { ...metrics, ...measured } };
      this.#keep({ ...record, seconds: seconds + now - this.#previous }, told);
      this.#previous = now;
    }
  };

  /** @param told of its metrics, those that are not finite among them */
  #keep(record: StepRecord, told: Metrics): void {
    this.#options.onStep?.(record);
    this.#options.kept?.add(record, told);
    if (this.#records.size < MAX_STEPS || this.#records.has(record.step))
      this.#records.set(record.step, record);
    else this.#warnings.add(`more than ${MAX_STEPS} steps were told: later ones are left out`);
  }

  /** The last that was told of each step, by earlier runs of the trial too. */
  get history(): readonly StepRecord[] {
    const { kept } = this.#options;
    const own = [...this.#records.values()];
    return kept === undefined ? own : kept.join(own);
  }

  /** What expressions have found last of each metric; NaN among them. */
  get found(): Metrics {
    return this.#matches.last;
  }

  /** The name under which expressions find the number of a step. */
  get stepKey(): string | undefined {
    return this.#matches.stepKey;
  }

  /** Whether searching was given up, as it took too long. */
  get isSpent(): boolean {
    return this.#searchSeconds > (this.#options.maxSearchSeconds ?? MAX_SEARCH_SECONDS);
  }

  /** The last lines of both outputs, where they were searched. */
  get lastLines(): string {
    return this.#lastLines.join("\n");
  }
}

/** Which step a match is of: the number that a metric called `step`, `epoch` or `iteration` told last, else they are counted. */
class Matches {
  readonly stepKey: string | undefined;
  readonly #counts = new Map<string, number>();
  /** Of each metric, whatever was told last. */
  readonly last = Object.create(null) as Record<string, number>;
  #step: number | undefined;

  /**
   * @param names of all metrics that lines are searched for
   * @param told by an earlier run, which this one goes on from: steps that it counts come after those
   */
  constructor(names: readonly string[], told: readonly StepRecord[] = []) {
    this.stepKey = stepKeyOf(Object.fromEntries(names.map((name) => [name, true])));
    for (const name of names)
      for (const { step, metrics } of told) {
        const number = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
        if (number === undefined) continue;
        this.last[name] = number;
        this.#counts.set(name, Math.max(step, this.#counts.get(name) ?? 0));
      }
  }

  /** What a line tells, step by step, ascending. */
  take(
    found: readonly FoundMetric[],
    warnings: Warnings,
  ): readonly (readonly [step: number, told: Readonly<Record<string, number>>])[] {
    const told = new Map<number, Record<string, number>>();
    const counted = found.findLast(({ name }) => name === this.stepKey)?.number ?? NaN;
    if (Number.isSafeInteger(counted) && counted >= 0) this.#step = counted;
    for (const { name, text, number } of found) {
      if (number === undefined)
        warnings.add("found in the output and no number, so left out", text);
      if (number === undefined || name === this.stepKey) continue;
      const step = this.#step ?? this.#count(name);
      told.set(step, { ...told.get(step), [name]: number });
      this.last[name] = number;
    }
    return [...told].sort(([a], [b]) => a - b);
  }

  #count(name: string): number {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count;
  }
}
