import fc from "fast-check";
import { expect, test } from "vitest";
import {
  CNN_PARAMETERS,
  type CnnParameterName,
  describeRange,
  type ParameterSpec,
} from "../../../src/cnn/parameters.ts";
import { valueSchema } from "../../../src/formats/parameter-schema.ts";

const names = fc.constantFrom(...(Object.keys(CNN_PARAMETERS) as CnnParameterName[]));
const values = fc.oneof(
  fc.constantFrom(
    "same",
    "adam",
    "relu",
    "max",
    "",
    "no",
    0,
    1,
    100,
    0.5,
    2048,
    16384,
    -1,
    NaN,
    Infinity,
  ),
  fc.integer({ min: -2, max: 20_000 }),
  fc.double({ min: -1, max: 101 }),
  fc.boolean(),
);

test("a study file takes exactly the values the CNN takes", () => {
  fc.assert(
    fc.property(names, values, (name, value) => {
      const spec: ParameterSpec = CNN_PARAMETERS[name];
      const checked = valueSchema(spec).safeParse(value);
      expect(checked.success).toBe(takes(spec, value));
      if (!checked.success) expect(checked.error.issues[0]?.message).toContain(describe(spec));
    }),
    { numRuns: 1000 },
  );
});

function takes(spec: ParameterSpec, value: unknown): boolean {
  if (spec.kind === "choice") return spec.values.some((each) => each === value);
  if (spec.kind === "boolean" || typeof value !== "number") return typeof value === spec.kind;
  const { low, high } = spec;
  const isEnd = spec.kind === "real" && (spec.above ? value === low : spec.below && value === high);
  const fits = spec.kind === "real" || Number.isInteger(value);
  return fits && value >= low && value <= high && isEnd !== true;
}

function describe(spec: ParameterSpec): string {
  if (spec.kind === "boolean") return "true or false";
  return spec.kind === "choice" ? `one of ${spec.values.join(", ")}` : describeRange(spec);
}
