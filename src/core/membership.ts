import { isActive, takesValue } from "./search-space.ts";
import type { Distribution, ParameterValue, Parameters, Study } from "./study.ts";

/**
 * Why a trial of these parameters and epochs is none that the study as it is now would propose; null when it may be.
 * @param defaults what the trainer takes for a parameter that is not named
 */
export function explainOutside(
  { space, trainer }: Pick<Study, "space" | "trainer">,
  params: Parameters,
  epochs: number,
  defaults: Parameters = {},
): string | null {
  const fixed = { ...defaults, ...trainer.set };
  const searched = new Set(space.map(({ name }) => name));
  const strange = Object.keys(params).filter(
    (name) => !searched.has(name) && fixed[name] !== params[name],
  );
  const missing = Object.keys(trainer.set).filter(
    (name) => !Object.hasOwn(params, name) && defaults[name] !== trainer.set[name],
  );
  const outside = space
    .filter((dimension) => {
      const value = params[dimension.name] ?? defaults[dimension.name];
      const isSearched = isActive(dimension, params);
      if (!isSearched) return Object.hasOwn(params, dimension.name);
      return value === undefined || !contains(dimension.distribution, value);
    })
    .map(({ name }) => name);
  const names = [...outside, ...strange, ...missing];
  const values = names.map((name) =>
    Object.hasOwn(params, name) ? `${name} ${params[name]}` : `no ${name}`,
  );
  if (epochs !== trainer.epochs) values.push(`epochs ${epochs}`);
  return values.length === 0 ? null : values.join(", ");
}

function contains(distribution: Distribution, value: ParameterValue): boolean {
  if (takesValue(distribution, value)) return true;
  if (distribution.kind === "categorical" || typeof value !== "number") return false;
  const { kind, low, high, log, step } = distribution;
  // A range without steps, and whole numbers on a logarithmic scale, which are drawn one by one.
  const isFree = kind === "integer" ? log && Number.isInteger(value) : step === undefined;
  return isFree && value >= low && value <= high;
}
