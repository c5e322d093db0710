import type { Objective, Parameters } from "../../core/study.ts";
import { matern } from "../../samplers/gp/kernel.ts";
import type { Surrogate } from "../../samplers/surrogate.ts";
import type { ExpectedTrial, ModelledParameter, SearchModel } from "./search-report.ts";

/** Up to the first length a parameter matters much, from the second on little: one end of its range then tells 31 and 73 % of the other. */
const LENGTHS = { much: 0.7, little: 1.5 };

interface BestTrial {
  readonly number: number;
  readonly objective: number;
  /** The space's, and no other. */
  readonly params: Parameters;
}

/** A model for people to look at. @param best the first rows of the ranking */
export function describeSurrogate(
  surrogate: Surrogate,
  best: readonly BestTrial[],
  { direction }: Pick<Objective, "direction">,
): SearchModel {
  const { fitted, lengths, variance, noise } = surrogate;
  const sign = direction === "maximize" ? -1 : 1;
  const toObjective = (loss: number): number | null => (Number.isFinite(loss) ? sign * loss : null);
  return {
    ...{ fitted, noise: noise / (noise + variance) },
    lengths: Array.from(lengths, ([name, length]) => describeLength(name, length)).sort(
      (a, b) => a.length - b.length,
    ),
    best: best.flatMap(({ number, objective, params }): ExpectedTrial[] => {
      const belief = surrogate.predict(params);
      if (belief === null) return [];
      const { mean, deviation, loss, low, high } = belief;
      const [expected, better, worse] = [loss, low, high].map(toObjective);
      return [
        {
          ...{ number, objective, mean, deviation },
          ...{ expected: expected ?? null, worse: worse ?? null, better: better ?? null },
        },
      ];
    }),
  };
}

function describeLength(name: string, length: number): ModelledParameter {
  const matters =
    length <= LENGTHS.much ? "much" : length >= LENGTHS.little ? "little" : "somewhat";
  return { name, length, change: 1 - matern(1 / length), matters };
}
