import { countCombinations, listCombinations } from "../core/space/combinations.ts";
import type { Sampler } from "./sampler.ts";

/** Every combination, once. */
export const grid: Sampler<never> = {
  describe: "every combination",
  revision: 1,
  learns: false,
  takesRanges: false,
  settings: {},
  count: countCombinations,
  propose: listCombinations,
};
