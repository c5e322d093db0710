import { countValues, isActive, valueAt } from "./search-space.ts";
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

/** Steps are reckoned, so that a value may be off by rounding. */
const STEP_TOLERANCE = 1e-6;

function contains(distribution: Distribution, value: ParameterValue): boolean {
  if (distribution.kind === "categorical") return distribution.values.includes(value);
  const { kind, low, high, log, step } = distribution;
  if (typeof value !== "number" || value < low || value > high) return false;
  if (kind === "integer" && log) return Number.isInteger(value);
  if (step === undefined) return true;
  const index = Math.round((value - low) / step);
  if (index >= countValues(distribution)) return false;
  return Math.abs(Number(valueAt(distribution, index)) - value) <= step * STEP_TOLERANCE;
}
