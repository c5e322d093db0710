import { formatValue, isSameValue } from "../../core/parameter-value.ts";
import { isActive, orderDimensions } from "../../core/space/conditions.ts";
import type { Distribution, Parameters, ParameterValue, Study } from "../../core/study.ts";
import type { ImportedTrial } from "../../formats/imported-trials.ts";
import type { RawTrial } from "./raw-trial.ts";

/** Why a trial says nothing about a study's space. */
interface Unfit {
  readonly reason: string;
}

/**
 * A trial as the study would have it: values as its space writes them, parameters whose condition does not hold left out.
 * @param defaults what the trainer takes for a parameter that is not named
 */
export function fitTrial(
  raw: RawTrial,
  { space, trainer }: Study,
  defaults: Parameters,
): ImportedTrial | Unfit {
  if (raw.state === "unfinished") return { reason: "not ended" };
  const params: Record<string, ParameterValue> = {};
  for (const dimension of orderDimensions(space.dimensions)) {
    if (!isActive(dimension, { ...defaults, ...trainer.set, ...params })) continue;
    const { name, distribution } = dimension;
    const given = Object.hasOwn(raw.params, name) ? raw.params[name] : defaults[name];
    if (given === undefined) return { reason: `no ${name}` };
    const value = toValue(distribution, given);
    if (value === undefined) return { reason: `${name} that is no number` };
    Object.defineProperty(params, name, { value, enumerable: true });
  }
  const other = Object.keys(trainer.set).find((name) => {
    const [fixed, told] = [trainer.set[name], raw.params[name]];
    return told !== undefined && fixed !== undefined && formatValue(told) !== formatValue(fixed);
  });
  if (other !== undefined) return { reason: `another ${other}` };
  const { number, state, objective, seconds, steps } = raw;
  return {
    ...{ number, state, objective, seconds, params },
    metrics: { ...raw.metrics },
    epochs: raw.epochs ?? trainer.epochs,
    steps: steps.map(([step, value]) => [step, value]),
  };
}

/** Undefined for what should be a number and is none. */
function toValue(distribution: Distribution, given: ParameterValue): ParameterValue | undefined {
  const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  if (distribution.kind !== "categorical") {
    return typeof number === "number" && Number.isFinite(number) ? number : undefined;
  }
  const { values } = distribution;
  const text = formatValue(given);
  return (
    values.find((value) => isSameValue(value, given) || value === number) ??
    values.find((value) => typeof value === "boolean" && String(value) === text.toLowerCase()) ??
    values.find((value) => formatValue(value) === text) ??
    (typeof number === "number" && !Number.isNaN(number) ? number : given)
  );
}
