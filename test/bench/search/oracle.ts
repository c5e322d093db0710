import { listCombinations } from "../../../src/core/space/combinations.ts";
import type { Parameters } from "../../../src/core/study.ts";
import { random } from "../../../src/samplers/random.ts";
import type { Sampler } from "../../../src/samplers/sampler.ts";
import type { DigitsTable } from "../digits-table/read.ts";

/** What no sampler can beat: it proposes the grid's combinations by their expected accuracy, the best first. */
export function createOracle(table: DigitsTable): Sampler<"trials"> {
  const ranked = [...listCombinations(table.space)].toSorted(
    (one, other) => accuracyOf(table, other) - accuracyOf(table, one),
  );
  return { ...random, describe: "the best first", propose: () => ranked };
}

/** The same from the first trial on that has ended; before, it knows as little as anybody, and draws. */
export function createBlindOracle(table: DigitsTable): Sampler<"trials"> {
  const oracle = createOracle(table);
  return {
    ...oracle,
    learns: true,
    propose: (space, settings, history) =>
      (history.some(({ state }) => state !== "running") ? oracle : random).propose(
        ...([space, settings, history] as const),
      ),
  };
}

function accuracyOf(table: DigitsTable, params: Parameters): number {
  return table.accuracyOf(table.rowOf(params));
}
