import { activeDimensions, isActive, orderDimensions } from "../core/space/conditions.ts";
import { createConstraintTest } from "../core/space/constraints.ts";
import { countValues, valueAt } from "../core/space/values.ts";
import type { Dimension, ParameterValue, Parameters, SearchSpace } from "../core/study.ts";
import type { Sampler } from "./sampler.ts";

/**
 * The first value of every parameter together, then each other value alone with the rest at their first: what an
 * ablation takes (a one-at-a-time design, Daniel, Technometrics 15, 1973).
 */
export const oneAtATime: Sampler<never> = {
  describe: "the first values, then each other one alone",
  revision: 1,
  learns: false,
  takesRanges: false,
  settings: {},
  count: countDesign,
  propose: proposeDesign,
};

/** Of a larger design, those that break constraints are in the count: none so large is run. */
const MOST_COUNTED = 1_000_000;

function* proposeDesign(space: SearchSpace): Generator<Parameters> {
  const breaks = createConstraintTest(space);
  for (const params of listDesign(space)) if (breaks(params) === null) yield params;
}

function* listDesign(space: SearchSpace): Generator<Parameters> {
  const dimensions = orderDimensions(space.dimensions);
  const base = chooseFirst(dimensions);
  yield base;
  for (const { name, distribution } of activeDimensions(dimensions, base)) {
    for (let index = 1; index < countValues(distribution); index++)
      yield chooseFirst(dimensions, { name, value: valueAt(distribution, index) });
  }
}

function countDesign(space: SearchSpace): number {
  const dimensions = orderDimensions(space.dimensions);
  if (dimensions.some(({ distribution }) => countValues(distribution) === Infinity))
    return Infinity;
  const all = activeDimensions(dimensions, chooseFirst(dimensions)).reduce(
    (total, { distribution }) => total + countValues(distribution) - 1,
    1,
  );
  if (space.constraints.length === 0 || all > MOST_COUNTED) return all;
  return [...proposeDesign(space)].length;
}

/** The first value of each parameter, one perhaps changed; parameters whose condition fails are absent. */
function chooseFirst(
  dimensions: readonly Dimension[],
  changed?: { readonly name: string; readonly value: ParameterValue },
): Parameters {
  const chosen: Record<string, ParameterValue> = {};
  for (const dimension of dimensions) {
    if (!isActive(dimension, chosen)) continue;
    const { name, distribution } = dimension;
    chosen[name] = changed?.name === name ? changed.value : valueAt(distribution, 0);
  }
  return chosen;
}
