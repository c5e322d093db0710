import type { Parameters } from "../core/study.ts";

/** What a sampler believes of a space, by what is known: for people to look at. */
export interface Surrogate {
  /** Combinations that it is fitted to. */
  readonly fitted: number;
  /**
   * By parameter: how far apart values tell little of each other, as a part of its whole range; of one that is no list of
   * numbers, 1 is any other value.
   */
  readonly lengths: ReadonlyMap<string, number>;
  /** Variance of what the parameters decide, and of one trial's noise: of losses by rank, as normal quantiles. */
  readonly variance: number;
  readonly noise: number;
  /** What a combination would come to, noise apart; null for one that is not of the space. */
  predict(params: Parameters): Belief | null;
}

/** 0 is the median of all trials, 1 one deviation worse. */
export interface Belief {
  readonly mean: number;
  readonly deviation: number;
  /** Losses of these ranks: of the mean, and of one deviation below and above; Infinity: that of a failed trial. */
  readonly loss: number;
  readonly low: number;
  readonly high: number;
}
