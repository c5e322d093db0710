import { describe, expect, test } from "vitest";
import {
  CNN_PARAMETERS,
  type CnnParameterName,
  isCnnParameter,
  rejectCnnValue,
  resolveCnnParameters,
} from "../../../src/core/cnn-parameters.ts";

describe("rejectCnnValue", () => {
  test("takes every default and both ends of every range", () => {
    for (const [name, spec] of Object.entries(CNN_PARAMETERS)) {
      expect(isCnnParameter(name)).toBe(true);
      const values =
        spec.kind === "choice"
          ? spec.values
          : spec.kind === "boolean"
            ? [false, true]
            : [spec.default, ...("above" in spec ? [] : [spec.low])];
      for (const value of values)
        expect(rejectCnnValue(name as CnnParameterName, value)).toBeUndefined();
    }
  });

  test.each([
    ["blocks", 0, "an integer 1 .. 8"],
    ["blocks", 9, "an integer 1 .. 8"],
    ["blocks", 1.5, "an integer 1 .. 8"],
    ["blocks", "2", "an integer 1 .. 8"],
    ["blocks", NaN, "an integer 1 .. 8"],
    ["dropout", 1, "a number 0 <= x < 1"],
    ["dropout", -0.1, "a number 0 <= x < 1"],
    ["learningRate", 0, "a number 0 < x <= 100"],
    ["learningRate", Infinity, "a number 0 < x <= 100"],
    ["activation", "swish", "one of relu, sigmoid, tanh, elu"],
    ["activation", 1, "one of relu, sigmoid, tanh, elu"],
  ] as const)("%s: %j is refused", (name, value, expected) => {
    expect(rejectCnnValue(name, value)).toBe(expected);
  });

  test("names from Object's prototype are no parameters", () => {
    expect(isCnnParameter("constructor")).toBe(false);
    expect(isCnnParameter("__proto__")).toBe(false);
  });
});

describe("resolveCnnParameters", () => {
  test("fills in defaults and leaves out other names", () => {
    const resolved = resolveCnnParameters({ filters: 7, epochs: 3 });
    expect(Object.keys(resolved).sort()).toEqual(Object.keys(CNN_PARAMETERS).sort());
    expect(resolved).toMatchObject({ filters: 7, kernelSize: 3, padding: "valid", dropout: 0 });
  });

  test("a momentum counts for sgd only", () => {
    expect(resolveCnnParameters({ optimizer: "sgd", momentum: 0.9 }).momentum).toBe(0.9);
    expect(resolveCnnParameters({ optimizer: "adam", momentum: 0.9 }).momentum).toBe(0);
  });

  test("what another parameter puts out of use counts as its default, so that no trial runs twice", () => {
    const plain = resolveCnnParameters({ denseLayers: 0, validationSplit: 0 });
    const unused = { denseUnits: 7, dropout: 0.4, patience: 9, momentum: 0.5 };
    expect(resolveCnnParameters({ denseLayers: 0, validationSplit: 0, ...unused })).toEqual(plain);
    expect(resolveCnnParameters({ denseLayers: 1, validationSplit: 0.1, ...unused })).toMatchObject(
      {
        ...unused,
        momentum: 0,
      },
    );
  });
});
