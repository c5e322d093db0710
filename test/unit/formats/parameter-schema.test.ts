import fc from "fast-check";
import { expect, test } from "vitest";
import {
  CNN_PARAMETERS,
  rejectCnnValue,
  type CnnParameterName,
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
      const reason = rejectCnnValue(name, value);
      const checked = valueSchema(CNN_PARAMETERS[name]).safeParse(value);
      expect(checked.success).toBe(reason === undefined);
      if (reason !== undefined) expect(checked.error?.issues[0]?.message).toContain(reason);
    }),
    { numRuns: 1000 },
  );
});
