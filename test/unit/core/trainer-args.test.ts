import { describe, expect, test } from "vitest";
import type { ParameterValue } from "../../../src/core/study.ts";
import { type ArgsStyle } from "../../../src/core/args-style.ts";
import { argumentWords } from "../../../src/core/trainer-args.ts";

/** Parameters as one line. */
function line(style: Partial<ArgsStyle>, params: Readonly<Record<string, ParameterValue>>): string {
  return Object.entries(params)
    .flatMap(([name, value]) => argumentWords(name, value, style))
    .join(" ");
}

const PARAMS = { learningRate: 0.001, batch_size: 64, useGPU: true, warm: false, net: "res net" };

test.each<[string, Partial<ArgsStyle>, string]>([
  [
    "by default",
    {},
    "--learningRate=0.001 --batch_size=64 --useGPU=true --warm=false --net=res net",
  ],
  [
    "for argparse with BooleanOptionalAction",
    { separator: "space", names: "snake", booleans: "noFlag" },
    "--learning_rate 0.001 --batch_size 64 --use_gpu --no-warm --net res net",
  ],
  [
    "for click",
    { names: "kebab", booleans: "flag" },
    "--learning-rate=0.001 --batch-size=64 --use-gpu --net=res net",
  ],
  [
    "for Hydra",
    { prefix: "" },
    "learningRate=0.001 batch_size=64 useGPU=true warm=false net=res net",
  ],
])("parameters %s", (_, style, words) => {
  expect(line(style, PARAMS)).toBe(words);
});

test.each([
  ["XMLParser2d", "xml-parser2d"],
  ["layer.maxUnits", "layer.max-units"],
  ["a_b-c", "a-b-c"],
  ["lr2Max", "lr2-max"],
  ["C", "c"],
])("%s in kebab is %s", (name, kebab) => {
  expect(line({ names: "kebab" }, { [name]: 1 })).toBe(`--${kebab}=1`);
  expect(line({ names: "snake" }, { [name]: 1 })).toBe(`--${kebab.replaceAll("-", "_")}=1`);
});

describe("values that are more than one", () => {
  test.each<[ArgsStyle["lists"], string]>([
    ["comma", "--units=64,32 --names=a,b"],
    ["repeated", "--units=64 --units=32 --names=a --names=b"],
    ["json", '--units=[64,32] --names=["a","b"]'],
  ])("lists %s", (lists, words) => {
    expect(line({ lists }, { units: [64, 32], names: ["a", "b"] })).toBe(words);
  });

  test("a list of flags, and one of lists", () => {
    expect(line({ lists: "repeated", booleans: "flag" }, { v: [true, true] })).toBe("--v --v");
    expect(line({}, { v: [[1, 2], [3]] })).toBe("--v=[[1,2],[3]]");
  });

  test("mappings come by their names, null is left to the program, or written where names are set", () => {
    const params = { optimizer: { name: "sgd", nested: { rate: 0.1 } }, clip: null };
    expect(line({}, params)).toBe("--optimizer.name=sgd --optimizer.nested.rate=0.1");
    expect(line({ prefix: "" }, params)).toBe(
      "optimizer.name=sgd optimizer.nested.rate=0.1 clip=null",
    );
  });
});
