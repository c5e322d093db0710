import type { Cost } from "../core/costs.ts";
import type { Parameters } from "../core/study.ts";
import type { FailureKind, Metrics, ResultState } from "../core/trial.ts";

/** Where one trial of a study stands, seen through its results. */
export interface TrialOutcome {
  /** What the database knows it by, and its result that counts; null: none does. */
  readonly key: number;
  readonly resultKey: number | null;
  readonly number: number;
  readonly trialId: string;
  /** Canonical JSON (core/identity.ts). */
  readonly params: string;
  readonly epochs: number;
  /** Hash of the setting it was planned in (core/setting.ts). */
  readonly setting: string;
  /** `waiting`: planned, and no valid result so far. */
  readonly state: ResultState | "waiting";
  /** JSON: finite numbers by name; null where no result counts. */
  readonly metrics: string | null;
  /** Rows of the hold-out that were predicted right, and all of them. */
  readonly correct: number | null;
  readonly count: number | null;
  /** Trainable numbers of the model. */
  readonly modelParameters: number | null;
  /** Wall seconds of the attempt that counts, as what follows. */
  readonly seconds: number | null;
  readonly cpuSeconds: number | null;
  readonly peakMemoryMiB: number | null;
  readonly failure: FailureKind | null;
}

export function parseMetrics({ metrics }: Pick<TrialOutcome, "metrics">): Metrics {
  return JSON.parse(metrics ?? "{}") as Metrics;
}

/**
 * The trials of a study in columns, an entry a row: many of them take little room, and what is text stays so until it
 * is asked for. Numbers that are not known are NaN.
 */
export class TrialTable implements Readonly<Record<Cost, readonly number[]>> {
  readonly keys: number[] = [];
  readonly resultKeys: number[] = [];
  readonly numbers: number[] = [];
  readonly trialIds: string[] = [];
  readonly params: string[] = [];
  readonly epochs: number[] = [];
  readonly settings: string[] = [];
  readonly states: TrialOutcome["state"][] = [];
  readonly metrics: string[] = [];
  readonly corrects: number[] = [];
  readonly counts: number[] = [];
  readonly modelParameters: number[] = [];
  readonly seconds: number[] = [];
  readonly cpuSeconds: number[] = [];
  readonly peakMemoryMiB: number[] = [];
  readonly failures: (FailureKind | null)[] = [];
  /** Words that many rows share are kept once. */
  readonly #words = new Map<string, string>();
  /** Until the next row is added. */
  #byNumber: Int32Array | undefined;
  /** Keys are small whole numbers. */
  readonly #byKey: number[] = [];

  add(trial: TrialOutcome): void {
    this.#byNumber = undefined;
    this.#byKey[trial.key] = this.length;
    this.keys.push(trial.key);
    this.resultKeys.push(trial.resultKey ?? NaN);
    this.numbers.push(trial.number);
    this.trialIds.push(trial.trialId);
    this.params.push(trial.params);
    this.epochs.push(trial.epochs);
    this.settings.push(this.#share(trial.setting));
    this.states.push(this.#share(trial.state));
    this.metrics.push(trial.metrics ?? "{}");
    this.corrects.push(trial.correct ?? NaN);
    this.counts.push(trial.count ?? NaN);
    this.modelParameters.push(trial.modelParameters ?? NaN);
    this.seconds.push(trial.seconds ?? NaN);
    this.cpuSeconds.push(trial.cpuSeconds ?? NaN);
    this.peakMemoryMiB.push(trial.peakMemoryMiB ?? NaN);
    this.failures.push(trial.failure);
  }

  #share<T extends string>(word: T): T {
    const known = this.#words.get(word) as T | undefined;
    if (known === undefined) this.#words.set(word, word);
    return known ?? word;
  }

  get length(): number {
    return this.numbers.length;
  }

  /** -1 where there is none. */
  rowOfKey(key: number): number {
    return this.#byKey[key] ?? -1;
  }

  /** Its rows by number, then id: in whatever order they came, all that is told of them is the same. */
  listByNumber(): Int32Array {
    return (this.#byNumber ??= this.#sortRows());
  }

  #sortRows(): Int32Array {
    const { numbers, trialIds } = this;
    const compare = (a: number, b: number): number =>
      (numbers[a] ?? 0) - (numbers[b] ?? 0) || ((trialIds[a] ?? "") < (trialIds[b] ?? "") ? -1 : 1);
    const rows = Int32Array.from(numbers.keys());
    const isSorted = rows.every((row) => row === 0 || compare(row - 1, row) < 0);
    return isSorted ? rows : rows.sort(compare);
  }

  /** What was added as that row. */
  rowAt(row: number): TrialOutcome {
    return {
      key: this.keys[row] ?? NaN,
      resultKey: knownOrNull(this.resultKeys[row]),
      number: this.numbers[row] ?? NaN,
      trialId: this.trialIds[row] ?? "",
      params: this.params[row] ?? "{}",
      epochs: this.epochs[row] ?? NaN,
      setting: this.settings[row] ?? "",
      state: this.states[row] ?? "waiting",
      metrics: this.metrics[row] ?? "{}",
      correct: knownOrNull(this.corrects[row]),
      count: knownOrNull(this.counts[row]),
      modelParameters: knownOrNull(this.modelParameters[row]),
      seconds: knownOrNull(this.seconds[row]),
      cpuSeconds: knownOrNull(this.cpuSeconds[row]),
      peakMemoryMiB: knownOrNull(this.peakMemoryMiB[row]),
      failure: this.failures[row] ?? null,
    };
  }

  paramsOf(row: number): Parameters {
    return JSON.parse(this.params[row] ?? "{}") as Parameters;
  }

  metricsOf(row: number): Metrics {
    return JSON.parse(this.metrics[row] ?? "{}") as Metrics;
  }
}

/** A number of a column. */
export function knownOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
