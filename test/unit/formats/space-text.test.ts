import { spaceOf } from "../../support/space-of.ts";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { formatSpace } from "../../../src/formats/space/text.ts";
import { parseStudyFile } from "../../../src/formats/study-file.ts";
import type { SearchSpace } from "../../../src/core/study.ts";

const SPACE: SearchSpace = spaceOf([
  { name: "filters", distribution: { kind: "categorical", values: [16, 32] } },
  { name: "optimizer", distribution: { kind: "categorical", values: ["adam", "sgd"] } },
  { name: "learningRate", distribution: { kind: "real", low: 1e-7, high: 0.1, log: true } },
  { name: "dropout", distribution: { kind: "real", low: 0, high: 0.6, log: false, step: 0.1 } },
  { name: "blocks", distribution: { kind: "integer", low: 1, high: 3, log: false, step: 1 } },
  { name: "denseUnits", distribution: { kind: "integer", low: 8, high: 512, log: true, step: 1 } },
  {
    name: "momentum",
    distribution: { kind: "real", low: 0.5, high: 0.99, log: false },
    when: { optimizer: { oneOf: ["sgd"] } },
  },
  {
    name: "nesterov",
    distribution: { kind: "categorical", values: [true, false] },
    when: { optimizer: { oneOf: ["sgd"] } },
  },
]);

test("the study file of the CNN reads the same space", () => {
  const text = formatSpace(SPACE, { knowsIntegers: true });
  const head = "study: s\ndata: { train: d }\ntrainer: { kind: cnn, epochs: 2 }\n";
  const sampler = "sampler: { kind: random, trials: 9 }\n";
  expect(parseStudyFile(head + sampler + text, "study.yaml").space).toEqual(SPACE);
  expect(text.split("\n").slice(0, 4)).toEqual([
    "space:",
    "  filters: [ 16, 32 ]",
    "  optimizer: [ adam, sgd ]",
    "  learningRate: { low: 1e-7, high: 0.1, log: true }",
  ]);
});

test("the study file of a command reads the same space, and texts stay texts", () => {
  const odd: SearchSpace = spaceOf([
    ...SPACE.dimensions,
    {
      name: "word",
      distribution: { kind: "categorical", values: ["yes", "1", "a: b", "#", "é\n"] },
    },
  ]);
  const text = formatSpace(odd, { knowsIntegers: false });
  const head =
    "study: s\nobjective: { metric: m, direction: minimize }\ntrainer: { command: [x] }\nsampler: { kind: random, trials: 9 }\n";
  expect(parseStudyFile(head + text, "study.yaml").space).toEqual(odd);
});

test("comments stand beside parameters, on one line", () => {
  const comments = new Map([["filters", "widen: 32 is best\nspace: {}"]]);
  const text = formatSpace(SPACE, { knowsIntegers: true, comments });
  expect(text).toContain("filters: [ 16, 32 ] # widen: 32 is best\\u000aspace: {}\n");
  expect(Object.keys(parse(text) as object)).toEqual(["space"]);
});
