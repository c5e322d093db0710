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
  const or = expected(describeValue(spec));
  if (spec.kind === "boolean") return z.boolean(or);
  return spec.kind === "choice" ? z.enum(spec.values, or) : numberSchema(spec);
}

/** What is expected of a value, for messages. */
export function describeValue(spec: ParameterSpec): string {
  if (spec.kind === "boolean") return "true or false";
  return spec.kind === "choice" ? `one of ${spec.values.join(", ")}` : describeRange(spec);
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
