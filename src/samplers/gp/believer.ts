import type { Parameters } from "../../core/study.ts";
import type { Known } from "../history.ts";
import { scoreApart } from "./acquisition.ts";
import type { Encoding } from "./encoding.ts";
import { fit } from "./fit.ts";
import { GaussianProcess } from "./gaussian-process.ts";
import { findBest, type Ground } from "./search.ts";
import { thinSample } from "./sample.ts";
import { rankTargets } from "./targets.ts";

/** Combinations of the lowest means whose neighbours are looked at. */
const PROMISING = 4;
/** Points that the model sees: time grows with the cube of their number. */
const MOST_MODELLED = 250;
/** The newest of what runs. */
const MOST_RUNNING = 100;

interface Believed {
  readonly params: Parameters;
  readonly mean: number;
}

/** Proposes one combination after another, each as if those before it were running. */
export class Believer {
  readonly #encoding: Encoding;
  readonly #model: GaussianProcess;
  /** The lowest means, of what has ended, runs, or was proposed. */
  #best: readonly Believed[];

  /** @param known with outcomes, some of them at the least */
  constructor(encoding: Encoding, known: readonly Known[]) {
    this.#encoding = encoding;
    const ended = known.filter(({ outcomes }) => outcomes.length > 0);
    const running = known.filter(({ outcomes }) => outcomes.length === 0).slice(-MOST_RUNNING);
    const points = ended.map(({ params }) => encoding.encode(params));
    const { isCategory } = encoding;
    const all = { isCategory, points, targets: rankTargets(ended) };
    const sample = thinSample(all, MOST_MODELLED, MOST_MODELLED / 2);
    this.#model = new GaussianProcess(sample, fit(sample));
    const means = points.map((point) => this.#model.predictMean(point));
    this.#best = ended.map(({ params }, at) => ({ params, mean: means[at] ?? 0 }));
    this.#keepBest();
    for (const { params } of running) this.#suppose(params);
  }

  /** @returns null where nothing is left */
  propose(ground: Omit<Ground, "promising">): Parameters | null {
    const promising = this.#best.map(({ params }) => params);
    const lowest = this.#best[0]?.mean ?? 0;
    const found = findBest({ ...ground, promising }, (params) =>
      scoreApart(this.#model.predict(this.#encoding.encode(params)), lowest),
    );
    if (found !== null) this.#suppose(found);
    return found;
  }

  #suppose(params: Parameters): void {
    const point = this.#encoding.encode(params);
    this.#best = [...this.#best, { params, mean: this.#model.predictMean(point) }];
    this.#keepBest();
    this.#model.suppose(point);
  }

  #keepBest(): void {
    this.#best = this.#best.toSorted((one, other) => one.mean - other.mean).slice(0, PROMISING);
  }
}
