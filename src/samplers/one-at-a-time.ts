import { chooseFirst, countValues, orderDimensions, valueAt } from "../core/search-space.ts";
import type { Parameters, SearchSpace } from "../core/study.ts";

/**
 * The first value of every parameter together, then each other value alone with the rest at their first: what an
 * ablation takes (a one-at-a-time design, Daniel, Technometrics 15, 1973). A parameter with a condition is present
 * only where the condition holds.
 */
export function* sampleOneAtATime(space: SearchSpace): Generator<Parameters> {
  const dimensions = orderDimensions(space);
  const base = chooseFirst(dimensions);
  yield base;
  for (const changed of dimensions) {
    if (!Object.hasOwn(base, changed.name)) continue;
    for (let index = 1; index < countValues(changed.distribution); index++)
      yield chooseFirst(dimensions, {
        name: changed.name,
        value: valueAt(changed.distribution, index),
      });
  }
}
