import type { Parameters } from "../../core/study.ts";
import type { Known } from "../history.ts";
import { scoreApart } from "./acquisition.ts";
import type { Encoding } from "./encoding.ts";
import type { GaussianProcess } from "./gaussian-process.ts";
import { modelKnown } from "./model.ts";
import { findBest, type Ground } from "./search.ts";

/** Combinations of the lowest means whose neighbours are looked at. */
const PROMISING = 4;
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
    const { process, ended, points } = modelKnown(encoding, known);
    const running = known.filter(({ outcomes }) => outcomes.length === 0).slice(-MOST_RUNNING);
    this.#model = process;
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
