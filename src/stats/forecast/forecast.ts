import { type RandomSource, randomFor } from "../../core/random.ts";
import type { Parameters, SearchSpace } from "../../core/study.ts";
import { mean, quantile } from "../moments.ts";
import { drawMeanSquare, drawNormal } from "../normal.ts";
import { createFeatures } from "./features.ts";
import { ENOUGH_ROWS, fitLogModel, type LogModel } from "./log-model.ts";

/** A trial as far as it tells what it takes. */
export interface SizedTrial {
  readonly params: Parameters;
  /** What it was reckoned to take, in any unit; the same for all where nobody knows. */
  readonly scale: number;
}

/** What a trial took that has ended: seconds, or MiB. */
export interface FinishedTrial extends SizedTrial {
  /** To its planned end. Above 0. */
  readonly took: number;
  /** It was ended for it: it would have taken more. */
  readonly isLeast: boolean;
}

/** Trials that run one after another in one element. */
export interface Lot {
  readonly trialsPerElement: number;
  /** What an element takes of what its trials take. */
  readonly combine: "sum" | "most";
  /** Shares of a trial's planned end that trials stopped at, any of which any trial may; empty: all go to it. */
  readonly shares: readonly number[];
}

/** Of the elements, so many are to fit. */
export const FITTING_SHARE = 0.99;
/** The elements that are drawn, and the trials in them. */
const [MOST_DRAWS, LEAST_DRAWS, DRAWN_TRIALS] = [4000, 200, 100_000];
/** From here on what was left over shows whether its tail is normal. */
const ENOUGH_RESIDUALS = 100;
/** A trial of which the line is this much less sure than of a trial's own noise is unlike those that ran. */
const MOST_DOUBT = 1.5;
/** Of very many the newest tell enough. */
const MOST_ROWS = 2000;

/**
 * What trials of a study will take, by what others took: the logarithm of the time (or the memory), less that of what was reckoned,
 * as a straight line of the parameters with normal noise; the mean alone where there are few. Of a new trial both the noise and the
 * line are unsure: Student's t for a normal line (Gelman et al., "Bayesian data analysis", 2013, 14.2), and, where
 * there are enough, what was left over itself (Efron and Tibshirani, "An introduction to the bootstrap", 1993, 9.3), whichever asks for more.
 */
export class Forecast {
  /** Trials that told what they take. */
  readonly trials: number;
  readonly #model: LogModel;
  readonly #featuresOf: (trial: SizedTrial) => Float64Array;

  /** @param finished at least one that was not ended early, the newest last */
  constructor(space: SearchSpace, finished: readonly FinishedTrial[]) {
    const ofParams = createFeatures(space);
    const isScaled = finished.some(({ scale }) => scale !== finished[0]?.scale);
    this.#featuresOf = ({ params, scale }) =>
      Float64Array.from([...ofParams(params), ...(isScaled ? [Math.log(scale)] : [])]);
    this.trials = finished.filter(({ isLeast }) => !isLeast).length;
    const rows = finished.slice(-MOST_ROWS).map((trial) => ({
      features: this.#featuresOf(trial),
      log: Math.log(trial.took / trial.scale),
      isLeast: trial.isLeast,
    }));
    this.#model = fitLogModel(rows);
  }

  /** What it takes on the average, to its planned end. */
  expect(trial: SizedTrial): number {
    const { mean: log } = this.#model.predict(this.#featuresOf(trial));
    return trial.scale * Math.exp(log + Math.min(1, this.#model.spread ** 2) / 2);
  }

  /** Whether there are enough to say what fits nearly all. */
  get isSure(): boolean {
    return this.trials >= ENOUGH_ROWS;
  }

  /** Whether those that ran say much of it. */
  isLike(trial: SizedTrial): boolean {
    return this.#model.predict(this.#featuresOf(trial)).doubt <= MOST_DOUBT * this.#model.spread;
  }

  /**
   * What 99 % of the elements with these trials would fit in, packed in this order. Drawn, and the same every time.
   * @param trials at least one
   */
  fitting(trials: readonly SizedTrial[], lot: Lot): number {
    const logs = trials.map((trial) => {
      const { mean: log, doubt } = this.#model.predict(this.#featuresOf(trial));
      return { log: log + Math.log(trial.scale), doubt };
    });
    const { residuals } = this.#model;
    const noises =
      residuals.length < ENOUGH_RESIDUALS
        ? [drawNormal]
        : [drawNormal, (random: RandomSource) => pick(residuals, random)];
    return Math.max(...noises.map((noise) => this.#draw(logs, lot, noise)));
  }

  #draw(
    logs: readonly { readonly log: number; readonly doubt: number }[],
    { trialsPerElement, combine, shares }: Lot,
    noise: (random: RandomSource) => number,
  ): number {
    const { spread, degrees } = this.#model;
    const random = randomFor(0, "forecast");
    const wanted = Math.floor(DRAWN_TRIALS / trialsPerElement);
    const draws = Math.max(LEAST_DRAWS, Math.min(MOST_DRAWS, wanted));
    const elements = Float64Array.from({ length: draws }, (_, draw) => {
      const first = Math.floor(((draw + random.next()) / draws) * logs.length);
      const factor =
        noise === drawNormal && degrees > 0 ? 1 / Math.sqrt(drawMeanSquare(degrees, random)) : 1;
      const common = drawNormal(random);
      let taken = 0;
      for (let place = 0; place < trialsPerElement; place++) {
        const { log, doubt } = logs[(first + place) % logs.length] ?? { log: NaN, doubt: 0 };
        const share = shares.length === 0 ? 1 : pick(shares, random);
        const own = share * Math.exp(log + factor * (doubt * common + spread * noise(random)));
        taken = combine === "sum" ? taken + own : Math.max(taken, own);
      }
      return taken;
    });
    return quantile(elements.sort(), FITTING_SHARE);
  }
}

function pick(values: ArrayLike<number>, random: RandomSource): number {
  return values[random.nextInteger(values.length)] ?? NaN;
}

/** The share of their planned end that trials go to, on the average. */
export function meanShare(shares: readonly number[]): number {
  return shares.length === 0 ? 1 : mean(shares);
}
