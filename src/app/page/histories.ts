import type { StepRecord } from "../../core/trial.ts";
import type { Curve, Histories } from "../../stats/report-page.ts";
import { showName } from "./text-table.ts";

/** More steps of a trial than a curve on a screen can show. */
const MAX_STEPS = 200;
const MAX_CURVES = 16;
/** Codes of 16 bits; the last one says that there is no value. */
const LEVELS = 65_534;
const NO_VALUE = 65_535;
/** A range this many times as wide as what the middle half takes would flatten it. */
const MOST_STRETCH = 1000;

/** Steps of trials as they come in, in any order. Of a hundred thousand trials, objects would not fit in memory. */
export class HistoryCollector {
  readonly #firsts: Int32Array;
  readonly #lengths: Int32Array;
  readonly #steps = new GrowingNumbers(Int32Array);
  readonly #metrics = new Map<string, { places: GrowingNumbers; values: GrowingNumbers }>();
  #isThinned = false;

  constructor(trials: number) {
    this.#firsts = new Int32Array(trials);
    this.#lengths = new Int32Array(trials);
  }

  /** @param history JSON: steps, ascending */
  add(trial: number, history: string): void {
    const all = JSON.parse(history) as readonly StepRecord[];
    const kept = thin(all);
    if (kept.length < all.length) this.#isThinned = true;
    this.#firsts[trial] = this.#steps.length;
    this.#lengths[trial] = kept.length;
    for (const { step, metrics } of kept) {
      for (const name in metrics) this.#tell(name, metrics[name] ?? NaN);
      this.#steps.push(step);
    }
  }

  #tell(name: string, value: number): void {
    let metric = this.#metrics.get(name);
    if (metric === undefined) {
      metric = {
        places: new GrowingNumbers(Int32Array),
        values: new GrowingNumbers(Float64Array),
      };
      this.#metrics.set(name, metric);
    }
    metric.places.push(this.#steps.length);
    metric.values.push(value);
  }

  /** Metrics that most steps tell first. */
  finish(): Histories {
    const starts = new Int32Array(this.#lengths.length + 1);
    const steps = new Int32Array(this.#steps.length);
    // Of each step, in the order in which they came, its place among those of trials in order.
    const placeOf = new Int32Array(steps.length);
    for (const [trial, length] of this.#lengths.entries()) {
      const [first, start] = [this.#firsts[trial] ?? 0, starts[trial] ?? 0];
      starts[trial + 1] = start + length;
      for (let step = 0; step < length; step++) {
        placeOf[first + step] = start + step;
        steps[start + step] = this.#steps.at(first + step);
      }
    }
    const told = [...this.#metrics].sort(
      ([a, x], [b, y]) => y.values.length - x.values.length || (a < b ? -1 : 1),
    );
    const metrics = told.slice(0, MAX_CURVES).map(([name, { places, values }]) => {
      const column = new Float64Array(steps.length).fill(NaN);
      for (let at = 0; at < values.length; at++)
        column[placeOf[places.at(at)] ?? 0] = values.at(at);
      return packCurve(showName(name), column);
    });
    const omitted = told.length - metrics.length;
    return { starts, steps, metrics, omitted, isThinned: this.#isThinned };
  }
}

/** Numbers, as many bytes each as their kind of array takes. */
class GrowingNumbers {
  length = 0;
  readonly #Kind: Int32ArrayConstructor | Float64ArrayConstructor;
  #values: Int32Array | Float64Array;

  constructor(Kind: Int32ArrayConstructor | Float64ArrayConstructor) {
    this.#Kind = Kind;
    this.#values = new Kind(64);
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const values = new this.#Kind(2 * this.length);
      values.set(this.#values);
      this.#values = values;
    }
    this.#values[this.length++] = value;
  }

  at(place: number): number {
    return this.#values[place] ?? NaN;
  }
}

/** Some of them, evenly, the last one among them. */
function thin(history: readonly StepRecord[]): readonly StepRecord[] {
  const last = history.length - 1;
  if (last < MAX_STEPS) return history;
  const places = Array.from({ length: MAX_STEPS }, (_, place) =>
    Math.round((place * last) / (MAX_STEPS - 1)),
  );
  const kept = new Set(places);
  return history.filter((_, place) => kept.has(place));
}

/** @param values NaN: not told */
export function packCurve(name: string, values: Float64Array): Curve {
  const { low, high, isStretched } = measureRange(values);
  const span = high - low;
  if (isStretched || !Number.isFinite(span))
    return { name, low, high, codes: null, values: Float32Array.from(values, clampToFloat32) };
  const codes = new Uint16Array(values.length).fill(NO_VALUE);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? NaN;
    if (!Number.isNaN(value))
      codes[at] = span === 0 ? 0 : Math.round(((value - low) / span) * LEVELS);
  }
  return { name, low, high, codes, values: null };
}

const FLOAT32_MAX = 3.4028234663852886e38;

function clampToFloat32(value: number): number {
  return Number.isNaN(value) ? NaN : Math.min(FLOAT32_MAX, Math.max(-FLOAT32_MAX, value));
}

/** How many values tell where the middle half lies. */
const SAMPLE = 4096;

function measureRange(values: Float64Array): { low: number; high: number; isStretched: boolean } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return { low: 0, high: 0, isStretched: false };
  const every = Math.max(1, Math.floor(values.length / SAMPLE));
  const sorted = values
    .filter((value, place) => place % every === 0 && !Number.isNaN(value))
    .sort();
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? 0;
  const middle = at(0.75) - at(0.25);
  return { low, high, isStretched: middle > 0 && high - low > MOST_STRETCH * middle };
}
