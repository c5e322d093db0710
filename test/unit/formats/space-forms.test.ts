import { describe, expect, test } from "vitest";
import { countCombinations, listCombinations } from "../../../src/core/space/combinations.ts";
import type { Parameters, SearchSpace } from "../../../src/core/study.ts";
import { formatSpace } from "../../../src/formats/space/text.ts";
import { parseStudyFile } from "../../../src/formats/study-file.ts";
import { issuesOf } from "../../support/study-issues.ts";

const HEAD = `study: s
objective: { metric: error, direction: minimize }
trainer: { command: [python3, train.py], set: { fixed: 8 } }
`;

const spaceOfText = (text: string): SearchSpace => parseStudyFile(HEAD + text, "study.yaml").space;
const listOf = (text: string): readonly Parameters[] => [...listCombinations(spaceOfText(text))];

describe("conditions", () => {
  test("on several values, by comparison, in chains", () => {
    const all = listOf(`space:
  optimizer: [sgd, adam, rmsprop]
  momentum: { values: [0.5, 0.9], when: { optimizer: [sgd, rmsprop] } }
  layers: { low: 1, high: 3, step: 1, integer: true }
  units2: { values: [16, 32], when: { layers: { atLeast: 2 } } }
  units3: { values: [16, 32], when: { layers: { above: 2 }, units2: { not: 16 } } }
`);
    // layers 1: 1; layers 2: 2; layers 3: units2 16: 1, 32: 2.
    expect(all).toHaveLength((2 + 1 + 2) * (1 + 2 + 3));
    for (const params of all) {
      expect("momentum" in params).toBe(params["optimizer"] !== "adam");
      expect("units2" in params).toBe(Number(params["layers"]) >= 2);
      expect("units3" in params).toBe(params["layers"] === 3 && params["units2"] === 32);
    }
  });

  test("the same parameter under several, the first one that holds", () => {
    const all = listOf(`space:
  optimizer: [sgd, adam, rmsprop]
  rate:
    - { values: [1, 0.1], when: { optimizer: sgd } }
    - { low: 0.001, high: 0.1, log: 10, when: { optimizer: { not: rmsprop } } }
    - { values: [7] }
`);
    expect(all.map(({ optimizer, rate }) => [optimizer, rate])).toEqual([
      ...[["sgd", 1] as const, ["sgd", 0.1] as const],
      ...[["adam", 0.001] as const, ["adam", 0.01] as const, ["adam", 0.1] as const],
      ["rmsprop", 7],
    ]);
  });

  test("that can never hold are refused", () => {
    expect(
      issuesOf(`${HEAD}space:
  n: [1, 2]
  e: [{ values: [1], when: { n: 1 } }, { valeus: [2] }]
`),
    ).toEqual(["study.yaml:6: space.e[1]: unknown key `valeus`; did you mean `values`?"]);
    expect(
      issuesOf(`${HEAD}space:
  n: { low: 1, high: 3, step: 1, integer: true }
  a: { values: [1], when: { n: { atLeast: 4 } } }
  b: { values: [1], when: { n: [1, 5] } }
  c: { values: [1], when: { fixed: { below: 8 } } }
  d: { values: [1], when: { d: 1 } }
`),
    ).toEqual([
      "study.yaml:6: space.a.when.n: never holds: no value of `space.n` is like that",
      "study.yaml:7: space.b.when.n: never holds: `space.n` has no value 5 of its own",
      "study.yaml:8: space.c.when.fixed: never holds: `trainer.set` has fixed 8",
      "study.yaml:9: space.d.when.d: found `d` itself, expected another parameter",
    ]);
  });
});

describe("constraints", () => {
  test("leave out combinations, and speak of those alone that have all their parameters", () => {
    const all = listOf(`space:
  batch: [16, 32]
  rate: [0.1, 0.01]
  deep: [false, true]
  units: { values: [4, 16], when: { deep: true } }
constraints:
  - batch * rate <= 2.0
  - units > fixed
`);
    expect(all).toHaveLength(3 * 2);
    expect(all).not.toContainEqual(expect.objectContaining({ batch: 32, rate: 0.1 }));
    expect(all).not.toContainEqual(expect.objectContaining({ units: 4 }));
  });

  test("are reckoned with dotted names, lists and whole numbers", () => {
    const all = listOf(`space:
  opt.rate: [0.5, 2]
  layers: [[64, 64], [128]]
  n: [1, 2, 3]
constraints:
  - opt.rate * 2 < 3
  - size(layers) == 2 || layers[0] > 100
  - n % 2 == 1 && n in [1, 2]
  - 3 - n > 0
`);
    expect(all).toEqual([
      { "opt.rate": 0.5, layers: [64, 64], n: 1 },
      { "opt.rate": 0.5, layers: [128], n: 1 },
    ]);
  });

  test("know the CNN's defaults", () => {
    const { space } = parseStudyFile(
      `study: s
data: { train: d }
trainer: { kind: cnn, epochs: 1 }
space: { filters: [16, 64, 128, 256] }
constraints: [filters < denseUnits]
`,
      "study.yaml",
    );
    expect(countCombinations(space)).toBe(2);
  });

  test.each([
    ["zz < 3", "unknown parameter `zz`; known here: a, w, fixed"],
    ["a <", "Unexpected token: EOF"],
    ["a", "gives 1, expected true or false"],
    ["w < 3", "no such overload: dyn<string> < int"],
    ["1 < 2", "expected an expression that names parameters"],
    ["a > 5.0", "no combination keeps to all of them"],
    ["a.constructor == 1", "cannot be reckoned with a 1"],
    [`${"(".repeat(200)}a${")".repeat(200)} > 1.0`, "expected an expression such as"],
  ])("%s is refused: %s", (expression, message) => {
    const text = `${HEAD}space: { a: [1, 2], w: [x, y] }\nconstraints: [${JSON.stringify(expression)}]\n`;
    const [issue = "", ...others] = issuesOf(text);
    expect(others).toEqual([]);
    expect(issue).toMatch(/^study\.yaml:5: constraints/);
    expect(issue).toContain(message);
  });
});

describe("values that go together", () => {
  test("are combined with the rest, lists with one another, parameters absent where a row has none", () => {
    const all = listOf(`space: { n: [1, 2] }
together:
  - [{ filters: 32, units: 64 }, { filters: 64, units: 128 }]
  - [{ opt: sgd, momentum: 0.9 }, { opt: adam }, { opt: sgd, momentum: 0.5 }]
`);
    expect(all).toHaveLength(2 * 2 * 3);
    for (const { filters, units, opt, momentum } of all) {
      expect(units).toBe(2 * Number(filters));
      expect(momentum !== undefined).toBe(opt === "sgd");
    }
  });

  test("that stand elsewhere too, twice, or with more and fewer, are refused", () => {
    expect(
      issuesOf(`${HEAD}space: { a: [1] }
together:
  - { a: 1, b: 2 }
  - { fixed: 1, b: 2 }
  - { b: 2, a: 1 }
  - { b: 2 }
  - {}
`),
    ).toEqual([
      "study.yaml:5: together: found `a` in `space` as well, expected in one of them",
      "study.yaml:5: together: found `fixed` in `trainer.set` as well, expected in one of them",
      "study.yaml:8: together[2]: found the same twice, expected each combination once",
      "study.yaml:9: together[3]: found another one with more or fewer of the same values, expected both to have the same parameters",
      "study.yaml:10: together[4]: found nothing, expected parameters with a value each",
    ]);
  });
});

describe("distributions", () => {
  test("powers, steps in the logarithm, weights, normal and lognormal ranges, one value, nested values", () => {
    const { dimensions } = spaceOfText(`space:
  powers: { low: 16, high: 512, log: 2 }
  decades: { low: 0.0001, high: 0.1, log: 10 }
  q: { low: 64, high: 512, log: true, step: 64 }
  w: { values: [a, b], weights: [3, 1] }
  normal: { mean: 0, sd: 2 }
  lognormal: { mean: -7, sd: 1, log: true, high: 0.1 }
  one: 7
  nested: [[64, 64], null, { b: 1, a: [x] }]
  mapping: { values: [{ low: 1 }] }
sampler: { kind: random, trials: 3 }
`);
    expect(dimensions.map(({ name, distribution }) => [name, distribution])).toEqual([
      ["powers", { kind: "categorical", values: [16, 32, 64, 128, 256, 512] }],
      ["decades", { kind: "categorical", values: [0.0001, 0.001, 0.01, 0.1] }],
      ["q", { kind: "real", low: 64, high: 512, log: true, step: 64 }],
      ["w", { kind: "categorical", values: ["a", "b"], weights: [3, 1] }],
      ["normal", { kind: "real", low: -8, high: 8, log: false, normal: { mean: 0, sd: 2 } }],
      [
        "lognormal",
        {
          ...{ kind: "real", low: Math.exp(-11), high: 0.1, log: true },
          normal: { mean: -7, sd: 1 },
        },
      ],
      ["one", { kind: "categorical", values: [7] }],
      ["nested", { kind: "categorical", values: [[64, 64], null, { b: 1, a: ["x"] }] }],
      ["mapping", { kind: "categorical", values: [{ low: 1 }] }],
    ]);
  });

  test("that mean nothing are refused", () => {
    expect(
      issuesOf(`${HEAD}space:
  a: { low: 1, high: 8, log: 1 }
  b: { low: 1, high: 8, log: 2, step: 1 }
  c: { values: [1, 2], weights: [1] }
  d: { values: [1, 2], weights: [0, 0] }
  e: { mean: 1 }
  f: { mean: 1, sd: 0 }
  g: [{ b: 1, a: 2 }, { a: 2, b: 1 }]
  h: { low: 1, high: 2, log: 1.0000001 }
sampler: { kind: random, trials: 2 }
`),
    ).toEqual([
      "study.yaml:5: space.a.log: found 1, expected a number > 1, true or false",
      "study.yaml:6: space.b.step: found a `step` beside powers, expected one of them",
      "study.yaml:7: space.c.weights: found 1, expected one for each of 2 values",
      "study.yaml:8: space.d.weights: found nothing above 0, expected one at least",
      "study.yaml:9: space.e: found one of `mean` and `sd`, expected both or none",
      "study.yaml:10: space.f.sd: found 0, expected a number > 0",
      'study.yaml:11: space.g[1]: found {"a":2,"b":1} twice, expected each value once',
      "study.yaml:12: space.h.log: found about 6931473 powers, expected at most 1000",
    ]);
  });
});

test("a space as text is read as the same space", () => {
  const space = spaceOfText(
    `space:
  n: { low: 1, high: 3, step: 1, integer: true }
  rate:
    - { values: [1, 0.1], weights: [1, 2], when: { n: [1, 2] } }
    - { low: 0.01, high: 0.1, log: true, when: { n: { atLeast: 2, not: 9 } } }
    - { mean: 0, sd: 1, low: -1, high: 1, step: 0.5 }
  nested: { values: [[1], null], when: { n: { oneOf: [3] } } }
  after: { values: [1], when: { nested: { oneOf: [[1]] } } }
sampler: { kind: random, trials: 3 }
`.replace("not: 9", "not: 3"),
  );
  const text = formatSpace(space, { knowsIntegers: false });
  expect(spaceOfText(`${text}sampler: { kind: random, trials: 3 }\n`)).toEqual(space);
});

describe("what could not be reckoned with is refused, with its line", () => {
  const issuesOfSpace = (text: string): string[] =>
    issuesOf(`${HEAD}${text}\nsampler: { kind: random, trials: 2 }\n`);

  test.each([
    [
      "{ low: 1, high: 1.000000000001, log: 1.0000000000001 }",
      "study.yaml:4: space.a.log: found 1.0000000000001, whose powers are too close to tell apart, expected more",
    ],
    [
      "{ low: 16, high: 128, log: 1.5, integer: true }",
      "study.yaml:4: space.a.log: found 1.5, which leads to 121.5, expected whole numbers only",
    ],
    [
      "{ low: 0, high: 1, mean: 1000, sd: 1 }",
      "study.yaml:4: space.a.mean: found 1000, expected one nearer: 0 to 1 holds less than a millionth of what it draws",
    ],
    [
      "{ low: 0.1, high: 1, mean: -9, sd: 0.5, log: true }",
      "study.yaml:4: space.a.mean: found -9, expected one nearer: 0.1 to 1 holds less than a millionth of what it draws",
    ],
    [
      "{ values: [1, 2], weights: [1.0e308, 1.0e308] }",
      "study.yaml:4: space.a.weights: found a sum beyond all doubles, expected less",
    ],
  ])("%s", (written, issue) => {
    expect(issuesOfSpace(`space: { a: ${written} }`)).toEqual([issue]);
  });

  test("a value of weight 0 is none of the space", () => {
    const { dimensions } = spaceOfText("space: { a: { values: [x, y, z], weights: [3, 0, 1] } }");
    expect(dimensions[0]?.distribution).toEqual({
      kind: "categorical",
      values: ["x", "z"],
      weights: [3, 1],
    });
  });
});

describe("constraints that cannot be told apart from others, or take too long", () => {
  const reasonOf = (expression: string): string | undefined =>
    issuesOf(`${HEAD}space: { a: [{ c: 1 }], a.b: [1, 2], type: [1, 2], list: [[1, 2]], word: [x, y] }
constraints: [${JSON.stringify(expression)}]
`)[0]?.replace(/^.*"filters < denseUnits": /, "");

  test("are refused, with the reason", () => {
    expect(reasonOf("a.c < a.b")).toBe("both `a` and a parameter `a.`..., expected one of them");
    expect(reasonOf("type < 2.0")).toBe("`type` is a word of CEL: give the parameter another name");
    expect(reasonOf("list.all(x, list.exists(y, x < y))")).toBe(
      "`exists` stands within another macro",
    );
    expect(reasonOf("word.matches('(x+)+$')")).toBe("`matches` is not known here");
  });

  test("do no harm where they are not spoken of", () => {
    expect(
      listOf(`space: { type: [1, 2], package: [1], a: [1, 2], a.b: [1, 2] }
constraints: ["a.b < 2.0", "[1, 2].all(x, a < 3.0) && [1].exists(x, a > 0.0)"]
`),
    ).toHaveLength(4);
  });
});
