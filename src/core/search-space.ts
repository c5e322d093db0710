import type {
  Dimension,
  Distribution,
  Parameters,
  ParameterValue,
  SearchSpace,
  Study,
} from "./study.ts";

/** Digits kept of `low + i * step`: 0.1 + 2 * 0.1 is written, and identified, as 0.3. */
const STEP_DIGITS = 12;
/** Steps in the size of a range's numbers from which on these digits would shift its values. */
const FINE_STEPS = 1e8;

type Range = Exclude<Distribution, { readonly kind: "categorical" }>;

/** How many values a distribution has; Infinity for a range without steps. */
export function countValues(distribution: Distribution): number {
  if (distribution.kind === "categorical") return distribution.values.length;
  const { kind, low, high, step } = distribution;
  if (step === undefined) return Infinity;
  const width = high - low;
  if (kind === "integer") return (width - (width % step)) / step + 1;
  // The quotient may fall short of a whole number by rounding: (0.3 - 0.1) / 0.1 is 1.9999999999999998.
  return Math.floor(width / step + Math.max(1e-9, (width / step) * 4 * Number.EPSILON)) + 1;
}

/** The value at `index`, from 0, in the order written or rising. Only for distributions with a finite count. */
export function valueAt(distribution: Distribution, index: number): ParameterValue {
  if (distribution.kind === "categorical") {
    const value = distribution.values[index];
    if (value === undefined) throw new RangeError(`no value ${index} in a list`);
    return value;
  }
  const { low, high, step } = distribution;
  if (step === undefined) throw new RangeError("a range without steps has no first value");
  return Math.min(high, roundStep(low + index * step, distribution, step));
}

/** Rids a sum of what binary arithmetic adds: by digits, or by the decimals written where digits would shift values. */
function roundStep(value: number, { low, high }: Range, step: number): number {
  const isShort = Number(low.toPrecision(STEP_DIGITS)) === low && !Number.isInteger(step);
  return isShort && Math.max(Math.abs(low), Math.abs(high)) < FINE_STEPS * step
    ? Number(value.toPrecision(STEP_DIGITS))
    : Number(value.toFixed(Math.min(100, Math.max(countDecimals(low), countDecimals(step)))));
}

function countDecimals(value: number): number {
  const [digits = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (digits.split(".")[1]?.length ?? 0) - Number(exponent));
}

/** Whether `value` is one of a distribution's own; none is of a range without steps. */
export function takesValue(distribution: Distribution, value: ParameterValue): boolean {
  if (distribution.kind === "categorical") return distribution.values.includes(value);
  const { low, step } = distribution;
  if (typeof value !== "number" || step === undefined) return false;
  const index = Math.round((value - low) / step);
  return index >= 0 && index < countValues(distribution) && valueAt(distribution, index) === value;
}

/** Whether a parameter is searched, given the parameters chosen before it. */
export function isActive(dimension: Dimension, chosen: Parameters): boolean {
  return Object.entries(dimension.when ?? {}).every(([name, value]) => chosen[name] === value);
}

/**
 * The dimensions as written, except that one with a condition comes after the parameters it depends
 * on. Dimensions that depend on themselves, or on a parameter outside the space, are left out: the
 * study file's validation refuses them.
 */
export function orderDimensions(space: SearchSpace): readonly Dimension[] {
  const ordered: Dimension[] = [];
  const waiting = new Set(space);
  const isReady = ({ when = {} }: Dimension): boolean =>
    Object.keys(when).every((name) => ordered.some((dimension) => dimension.name === name));
  for (;;) {
    const next = [...waiting].find(isReady);
    if (next === undefined) return ordered;
    waiting.delete(next);
    ordered.push(next);
  }
}

/** How many combinations a grid has, conditions heeded; Infinity when a range has no steps. */
export function countCombinations(space: SearchSpace): number {
  const ordered = orderDimensions(space);
  const countFrom = (index: number, chosen: Parameters): number => {
    const dimension = ordered[index];
    if (dimension === undefined) return 1;
    if (!isActive(dimension, chosen)) return countFrom(index + 1, chosen);
    const { name, distribution } = dimension;
    // Only values that conditions name are gone through: with any other one the rest is the same.
    const named = listConditions(space, name).filter((value) => takesValue(distribution, value));
    const others = countValues(distribution) - named.length;
    return named.reduce<number>(
      (total, value) => total + countFrom(index + 1, { ...chosen, [name]: value }),
      others === 0 ? 0 : others * countFrom(index + 1, chosen),
    );
  };
  return countFrom(0, {});
}

/** The values of a parameter that others depend on, each once. */
function listConditions(space: SearchSpace, name: string): readonly ParameterValue[] {
  const values = space.map(({ when = {} }) => when[name]).filter((value) => value !== undefined);
  return [...new Set(values)];
}

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
