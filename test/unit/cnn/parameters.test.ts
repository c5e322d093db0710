import { describe, expect, test } from "vitest";
import {
  CNN_PARAMETERS,
  type CnnParameterName,
  identifyingParameters,
  isCnnParameter,
  type ParameterSpec,
  resolveCnnParameters,
} from "../../../src/cnn/parameters.ts";
import { canonicalJson } from "../../../src/core/canonical-json.ts";
import { valueSchema } from "../../../src/formats/parameter-schema.ts";
import type { Parameters, ParameterValue } from "../../../src/core/study.ts";

/** What a value's schema says of one that it refuses. */
const refusalOf = (name: CnnParameterName, value: ParameterValue): string | undefined =>
  valueSchema(CNN_PARAMETERS[name]).safeParse(value).error?.issues[0]?.message;

describe("values of a parameter", () => {
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
        expect(refusalOf(name as CnnParameterName, value)).toBeUndefined();
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
    ["activation", "swish", "one of relu, sigmoid, tanh, elu, gelu, silu"],
    ["activation", 1, "one of relu, sigmoid, tanh, elu, gelu, silu"],
    ["batchNormalization", "true", "true or false"],
    ["batchNormalization", 1, "true or false"],
    ["rotation", 181, "a number 0 <= x <= 180"],
    ["zoom", 1, "a number 0 <= x < 1"],
  ] as const)("%s: %j is refused", (name, value, expected) => {
    expect(refusalOf(name, value)).toMatch(new RegExp(`^found .*, expected ${expected}$`));
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

  test("what belongs to one optimizer or schedule counts with that alone", () => {
    const all = {
      ...{ nesterov: true, momentum: 0.9, weightDecay: 0.1 },
      ...{ warmupEpochs: 2, decayEpochs: 7, decayFactor: 0.1 },
    };
    const resolve = (changes: object) => resolveCnnParameters({ ...all, ...changes });
    expect(resolve({ optimizer: "sgd", learningRateSchedule: "step" })).toMatchObject({
      ...all,
      weightDecay: 0.004,
    });
    expect(resolve({ optimizer: "sgd", momentum: 0 }).nesterov).toBe(false);
    expect(resolve({ optimizer: "adamw" })).toMatchObject({
      ...{ nesterov: false, momentum: 0, weightDecay: 0.1 },
      ...{ warmupEpochs: 2, decayEpochs: 5, decayFactor: 0.5 },
    });
    expect(resolve({ learningRateSchedule: "plateau" }).decayEpochs).toBe(7);
    expect(resolve({ learningRateSchedule: "one-cycle" }).warmupEpochs).toBe(0);
  });
});

describe("identifyingParameters", () => {
  const identify = (params: Parameters) => identifyingParameters(resolveCnnParameters(params));
  const later = Object.entries<ParameterSpec>(CNN_PARAMETERS).filter(([, spec]) => spec.later);

  test("are those of the first revision while the later ones have their defaults", () => {
    const first = Object.entries<ParameterSpec>(CNN_PARAMETERS).filter(([, spec]) => !spec.later);
    expect(first).toHaveLength(16);
    expect(later.length).toBeGreaterThan(10);
    expect(Object.keys(identify({ filters: 3 }))).toEqual(first.map(([name]) => name).sort());
    const spelledOut = Object.fromEntries(later.map(([name, spec]) => [name, spec.default]));
    expect(identify({ filters: 3, ...spelledOut })).toEqual(identify({ filters: 3 }));
  });

  test.each(later)("%s with another value is named", (name, spec) => {
    const used = { optimizer: "adamw", learningRateSchedule: "step" };
    const about = name === "nesterov" ? { optimizer: "sgd", momentum: 0.9 } : used;
    const value = otherValue(spec);
    const params = { ...about, [name]: value };
    expect(identify(params)).toEqual({ ...identify(about), [name]: value });
    expect(canonicalJson(identify(params))).not.toBe(canonicalJson(identify(about)));
  });
});

function otherValue(spec: ParameterSpec): ParameterValue {
  if (spec.kind === "boolean") return !spec.default;
  if (spec.kind === "choice") return spec.values.at(-1) ?? "";
  return spec.kind === "integer" ? spec.default + 1 : 0.25;
}
