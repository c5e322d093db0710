import { issuesOf } from "../../support/study-issues.ts";
import { describe, expect, test } from "vitest";
import { parseStudyFile } from "../../../src/formats/study-file.ts";

const COMMAND = "study: s\ntrainer: { command: [train, '{{x}}'] }\nspace: { x: [1, 2] }\n";
const CNN =
  "study: s\ndata: { train: d }\ntrainer: { kind: cnn, epochs: 1 }\nspace: { filters: [8] }\n";

const maximize = (metric: string) => `{ metric: ${metric}, direction: maximize }`;

test("the first of several objectives is the study's; requirements are bounds by metric", () => {
  const goals = `objectives: [${maximize("acc")}, { metric: seconds, direction: minimize }]
require: { seconds: { atMost: 60 }, "test.auc": { atLeast: 0.5, atMost: 1 } }\n`;
  expect(parseStudyFile(COMMAND + goals, "study.yaml")).toMatchObject({
    objective: { metric: "acc", direction: "maximize" },
    objectives: [
      { metric: "acc", direction: "maximize" },
      { metric: "seconds", direction: "minimize" },
    ],
    requirements: [
      { metric: "seconds", atMost: 60 },
      { metric: "test.auc", atLeast: 0.5, atMost: 1 },
    ],
  });
});

test("the CNN's metrics and bsweep's costs know their directions", () => {
  const goals =
    "objectives: [{ metric: holdoutLoss }, { metric: modelParameters }, { metric: holdoutMacroF1 }]";
  expect(parseStudyFile(CNN + goals, "study.yaml").objectives).toEqual([
    { metric: "holdoutLoss", direction: "minimize" },
    { metric: "modelParameters", direction: "minimize" },
    { metric: "holdoutMacroF1", direction: "maximize" },
  ]);
});

test("one alone is as `objective` would be, and a study that says nothing has neither list", () => {
  const one = parseStudyFile(`${COMMAND}objectives: [${maximize("acc")}]`, "study.yaml");
  const other = parseStudyFile(`${COMMAND}objective: ${maximize("acc")}`, "study.yaml");
  expect(one).toEqual(other);
  const silent = parseStudyFile(CNN, "study.yaml");
  expect(silent.objective).toEqual({ metric: "holdoutAccuracy", direction: "maximize" });
  expect(Object.keys(silent)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(?:objectives|requirements|require)$/)]),
  );
});

describe("what is wrong is told with its line", () => {
  const all = ["a", "b", "c", "d", "e"].map(maximize).join(", ");
  test.each([
    [COMMAND, "", "objective: found nothing, expected `objective` or `objectives`"],
    [
      COMMAND,
      `objective: ${maximize("a")}\nobjectives: [${maximize("b")}]`,
      "study.yaml:5: objectives: found `objective` as well, expected one of them",
    ],
    [
      COMMAND,
      `objectives:\n  - ${maximize("a")}\n  - ${maximize("a")}`,
      "study.yaml:6: objectives[1].metric: found a a second time, expected another metric",
    ],
    [
      COMMAND,
      "objectives: []",
      "study.yaml:4: objectives: found [], expected a list of 1 .. 4 objectives",
    ],
    [COMMAND, `objectives: [${all}]`, "expected a list of 1 .. 4 objectives"],
    [COMMAND, "objectives: [{ metric: a }]", "objectives[0].direction: found nothing"],
    [
      CNN,
      "objectives: [{ metric: seconds }, { metric: holdoutLoss }]",
      "study.yaml:5: objectives[0].metric: found seconds, expected one of holdoutAccuracy",
    ],
    [
      CNN,
      `objectives: [{ metric: holdoutLoss }, ${maximize("seconds")}]`,
      "objectives[1].direction: found maximize, expected minimize for seconds",
    ],
    [
      CNN.replace("epochs: 1", "epochs: 1, set: { validationSplit: 0 }"),
      "objectives: [{ metric: holdoutLoss }, { metric: validationLoss }]",
      "trainer.set.validationSplit: found 0, expected more: `objectives` is validationLoss",
    ],
    [CNN, "require: { modelParameter: { atMost: 1 } }", "did you mean `modelParameters`?"],
    [
      CNN,
      "require: { seconds: {} }",
      "require.seconds: found no bound, expected atMost or atLeast",
    ],
    [
      CNN,
      "require: { seconds: { atLeast: 2, atMost: 1 } }",
      "require.seconds: found atLeast above atMost, expected values in between",
    ],
    [CNN, "require: { seconds: { atMost: .inf } }", "require.seconds.atMost: found Infinity"],
    [
      COMMAND,
      `objective: ${maximize("a")}\nrequire: { constructor: { atMost: 1 } }`,
      "require.constructor: found the name `constructor`, expected another one",
    ],
    [
      COMMAND,
      `objective: ${maximize("a")}\nrequire: { "__proto__": { atMost: 1 } }`,
      "found the name `__proto__`, expected another one",
    ],
    [
      COMMAND,
      `objective: ${maximize("a")}\nrequire: { "a\\nb": { atMost: 1 } }`,
      "expected the name of a metric",
    ],
  ])("%j + %j", (head, goals, expected) => {
    expect(issuesOf(`${head}${goals}\n`)).toEqual([expect.stringContaining(expected)]);
  });
});
