import { formatValue, isSameValue } from "../parameter-value.ts";
import type { Parameters, Study } from "../study.ts";
import { activeDimensions } from "./conditions.ts";
import { createConstraintTest } from "./constraints.ts";
import { contains } from "./values.ts";

/**
 * Tells why a trial of these parameters and epochs is none that the study as it is now would propose; null when it may be.
 * @param defaults what the trainer takes for a parameter that is not named
 */
export function createOutsideTest(
  { space, trainer }: Pick<Study, "space" | "trainer">,
  defaults: Parameters = {},
): (params: Parameters, epochs: number) => string | null {
  const { dimensions } = space;
  const fixed = { ...defaults, ...trainer.set };
  const searched = new Set(dimensions.map(({ name }) => name));
  const breaks = createConstraintTest(space);
  return (params, epochs) => {
    const strange = Object.keys(params).filter(
      (name) => !searched.has(name) && !isSameValue(fixed[name], params[name]),
    );
    const missing = Object.keys(trainer.set).filter(
      (name) => !Object.hasOwn(params, name) && !isSameValue(defaults[name], trainer.set[name]),
    );
    const active = new Map(activeDimensions(dimensions, params).map((each) => [each.name, each]));
    const outside = [...searched].filter((name) => {
      const dimension = active.get(name);
      if (dimension === undefined) return Object.hasOwn(params, name);
      const value = params[name] === undefined ? defaults[name] : params[name];
      return value === undefined || !contains(dimension.distribution, value);
    });
    const names = [...outside, ...strange, ...missing];
    const reasons = names.map((name) => {
      const value = Object.hasOwn(params, name) ? params[name] : undefined;
      return value === undefined ? `no ${name}` : `${name} ${formatValue(value)}`;
    });
    if (epochs !== trainer.epochs) reasons.push(`epochs ${epochs}`);
    const broken = reasons.length === 0 ? breaks(params) : null;
    if (broken !== null) reasons.push(`breaks ${broken.expression}`);
    return reasons.length === 0 ? null : reasons.join(", ");
  };
}
