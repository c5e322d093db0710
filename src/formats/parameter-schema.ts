import * as z from "zod";
import {
  CNN_PARAMETERS,
  describeRange,
  type NumericSpec,
  type ParameterSpec,
} from "../cnn/parameters.ts";
import type { ParameterValue } from "../core/study.ts";
import { expected } from "./schema-issues.ts";

/** One value of a parameter. */
export function valueSchema(spec: ParameterSpec): z.ZodType<ParameterValue> {
  if (spec.kind === "boolean") return z.boolean(expected("true or false"));
  return spec.kind === "choice"
    ? z.enum(spec.values, expected(`one of ${spec.values.join(", ")}`))
    : numberSchema(spec);
}

export function numberSchema(spec: NumericSpec): z.ZodType<number> {
  const or = expected(describeRange(spec));
  const { low, high } = spec;
  if (spec.kind === "integer") return z.int(or).min(low, or).max(high, or);
  const above = spec.above === true ? z.number(or).gt(low, or) : z.number(or).gte(low, or);
  return spec.below === true ? above.lt(high, or) : above.lte(high, or);
}

/** Something of each parameter of the CNN. */
export function mapSpecs<T>(schemaOf: (spec: ParameterSpec, name: string) => T): Record<string, T> {
  return Object.fromEntries(
    Object.entries(CNN_PARAMETERS).map(([name, spec]) => [name, schemaOf(spec, name)]),
  );
}
