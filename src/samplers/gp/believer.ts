import type { Parameters } from "../../core/study.ts";
import type { Known } from "../history.ts";
import { logExpectedImprovement } from "./acquisition.ts";
import type { Encoding, Point } from "./encoding.ts";
import { fit } from "./fit.ts";
import { GaussianProcess } from "./gaussian-process.ts";
import { findBest, type Ground } from "./search.ts";
import { rankTargets, type Target } from "./targets.ts";

/** Combinations of the lowest means whose neighbours are looked at. */
const PROMISING = 4;
/** More are not modelled: time grows with the cube. */
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
    const all = known.filter(({ outcomes }) => outcomes.length > 0);
    const [ended, targets] = chooseSample(all, rankTargets(all));
    const running = known.filter(({ outcomes }) => outcomes.length === 0).slice(-MOST_RUNNING);
    const points = ended.map(({ params }) => encoding.encode(params));
    const sample = { isCategory: encoding.isCategory, points, targets };
    this.#model = new GaussianProcess(sample, fit(sample));
    this.#best = ended.map(({ params }) => this.#believe(params, encoding.encode(params)));
    this.#keepBest();
    for (const { params } of running) this.#suppose(params);
  }

  /** @returns null where nothing is left */
  propose(ground: Omit<Ground, "promising">): Parameters | null {
    const promising = this.#best.map(({ params }) => params);
    const lowest = this.#best[0]?.mean ?? 0;
    const found = findBest({ ...ground, promising }, (params) =>
      logExpectedImprovement(this.#model.predict(this.#encoding.encode(params)), lowest),
    );
    if (found !== null) this.#suppose(found);
    return found;
  }

  #suppose(params: Parameters): void {
    const point = this.#encoding.encode(params);
    this.#best = [...this.#best, this.#believe(params, point)];
    this.#keepBest();
    this.#model.suppose(point);
  }

  #believe(params: Parameters, point: Point): Believed {
    return { params, mean: this.#model.predictMean(point) };
  }

  #keepBest(): void {
    this.#best = this.#best.toSorted((one, other) => one.mean - other.mean).slice(0, PROMISING);
  }
}

/** Of very many, the best half of what can be modelled, and as many of the others, evenly by their ranks. */
function chooseSample(
  ended: readonly Known[],
  targets: readonly Target[],
): readonly [readonly Known[], readonly Target[]] {
  if (ended.length <= MOST_MODELLED) return [ended, targets];
  const value = (place: number): number => targets[place]?.value ?? 0;
  const ranked = [...ended.keys()].sort((one, other) => value(one) - value(other));
  const half = MOST_MODELLED / 2;
  const step = (ranked.length - half) / half;
  const places = Array.from({ length: MOST_MODELLED }, (_, at) =>
    at < half ? at : half + Math.floor((at - half) * step),
  ).map((place) => ranked[place] ?? 0);
  return [places.flatMap((at) => ended[at] ?? []), places.flatMap((at) => targets[at] ?? [])];
}
