import { describe, expect, test } from "vitest";
import { BsweepError, formatIssue } from "../../../src/core/errors.ts";
import { parseStudyFile } from "../../../src/formats/study-file.ts";

const SPACE = "space: { lr: [1], wd: { values: [1], when: { lr: 1 } }, args2: [1] }\n";

function studyOf(trainer: string, objective = "{ metric: acc, direction: maximize }") {
  return parseStudyFile(
    `study: s\nobjective: ${objective}\ntrainer: ${trainer}\n${SPACE}`,
    "study.yaml",
  );
}

function issuesOf(trainer: string, space = SPACE): string[] {
  const head = "study: s\nobjective: { metric: acc, direction: maximize }\n";
  try {
    parseStudyFile(`${head}trainer: ${trainer}\n${space}`, "study.yaml");
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    return error.issues.map(formatIssue);
  }
  return [];
}

test("how a script is started and read is kept as it is written", () => {
  const study = studyOf(
    '{ command: [a, "{{args}}"], argsStyle: { prefix: "", lists: json }, env: { A: 1, B: true, C: "{{lr}}" }, cwd: "{{scratch}}", metrics: { acc: val_acc }, metricsFile: out/m.csv }',
    "{ metric: acc, direction: maximize, of: best }",
  );
  expect(study.objective).toEqual({ metric: "acc.max", direction: "maximize" });
  expect(study.trainer).toEqual({
    kind: "command",
    command: ["a", "{{args}}"],
    argsStyle: { prefix: "", lists: "json" },
    env: { A: "1", B: "true", C: "{{lr}}" },
    cwd: "{{scratch}}",
    metrics: { acc: "val_acc" },
    metricsFile: "out/m.csv",
    ...{ version: 1, epochs: 1, set: {} },
    best: [{ metric: "acc", direction: "maximize" }],
  });
  expect(study.notes).toBeUndefined();
});

describe("what is wrong is told with its line", () => {
  test.each([
    [
      '{ command: [sh, -c, "a {{args}}"] }',
      "trainer.command[2]: found {{args}} inside a word, expected it as a word of its own",
    ],
    [
      '{ command: [a, "--x={{flag:lr}}"] }',
      "trainer.command[1]: found {{flag:lr}} inside a word, expected it as a word of its own",
    ],
    [
      '{ command: [a, "{{flag:seed}}"] }',
      "trainer.command[1]: {{flag:seed}}: unknown value `seed`; known here: lr, wd, args2",
    ],
    [
      '{ command: [a], env: { A: "{{args}}" } }',
      "trainer.env.A: found {{args}}, expected one value: it stands for words of the command",
    ],
    [
      '{ command: [a], env: { A: "{{lrr}}" } }',
      "trainer.env.A: {{lrr}}: unknown value `lrr`; did you mean `lr`?",
    ],
    [
      "{ command: [a], env: { BSWEEP_SEED: 1 } }",
      "trainer.env.BSWEEP_SEED: found a name of bsweep's own, expected none that begins with BSWEEP_",
    ],
    [
      "{ command: [a], env: { OMP_NUM_THREADS: 1 } }",
      "trainer.env.OMP_NUM_THREADS: found OMP_NUM_THREADS, which bsweep sets itself: what decides is resources.cpus",
    ],
    [
      "{ command: [a], env: { A-B: 1 } }",
      'trainer.env.A-B: found "A-B", expected the name of a variable: letters, digits and `_`',
    ],
    [
      '{ command: [a], cwd: "runs/{{wd}}" }',
      "trainer.cwd: found {{wd}}, expected a parameter that every trial has",
    ],
    [
      "{ command: [a], metrics: { acc: '(' } }",
      'trainer.metrics.acc: found "(", expected a regular expression as RE2 takes it (missing closing ): `(`)',
    ],
    [
      "{ command: [a], metricsFile: m.txt }",
      'trainer.metricsFile: found "m.txt", expected a name that ends with .json, .jsonl, .ndjson or .csv, or a folder of TensorBoard\'s event files',
    ],
    [
      "{ command: [a], argsStyle: { lists: space } }",
      'trainer.argsStyle.lists: found "space", expected comma | repeated | json',
    ],
  ])("%s", (trainer, message) => {
    expect(issuesOf(trainer)).toEqual([`study.yaml:3: ${message}`]);
  });

  test("a file that trials would share", () => {
    for (const trainer of [
      "{ command: [a], metricsFile: ../out/m.json }",
      '{ command: [a], metricsFile: "{{workspace}}/m.json" }',
      '{ command: [a], cwd: "{{scratch}}", metricsFile: /tmp/m.json }',
    ])
      expect(issuesOf(trainer).join()).toMatch(
        /metricsFile: found ".*m\.json" in a folder that trials share, expected a name from where the program runs/,
      );
    for (const trainer of [
      '{ command: [a], metricsFile: "{{scratch}}/m.json" }',
      '{ command: [a], metricsFile: "out/{{seed}}/m.json" }',
      '{ command: [a], cwd: "{{scratch}}", metricsFile: ../m.json }',
    ])
      expect(issuesOf(trainer)).toEqual([]);
  });

  test("names that would be written alike", () => {
    const space = "space: { maxUnits: [1], max_units: [1] }\n";
    const command = 'command: [a, "{{args}}"]';
    expect(issuesOf(`{ ${command}, argsStyle: { names: kebab } }`, space)).toEqual([
      "study.yaml:3: trainer.argsStyle.names: found kebab, but maxUnits and max_units are both written max-units",
    ]);
    expect(issuesOf(`{ ${command} }`, space)).toEqual([]);
  });

  test("the best of what has no steps", () => {
    const text = `study: s\nobjectives: [{ metric: acc, direction: maximize, of: best }, { metric: seconds, direction: minimize, of: best }]\ntrainer: { command: [a] }\n${SPACE}`;
    expect(() => parseStudyFile(text, "study.yaml")).toThrow(
      expect.objectContaining({
        issues: [
          expect.objectContaining({
            path: "objectives[1].of",
            message: "found best, but seconds has no steps",
          }),
        ],
      }),
    );
  });
});

test.each([
  [
    '{ command: [a, --wd, "{{wd}}", "--lr", "{{lr}}"] }',
    "trainer.command: --wd stays in trials that have no wd: {{flag:wd}} in place of both words leaves it out too",
  ],
  [
    '{ command: [a, "{{lr}}"], env: { A: "{{args2}}" }, metrics: { acc: acc } }',
    'trainer.command hands the program no wd: "{{args}}" among its words hands it every parameter',
  ],
  [
    '{ command: [a, "{{params}}"], metrics: { accuracy: acc } }',
    "trainer.metrics has no acc, the objective, but accuracy: the command has to leave it in its result",
  ],
  [
    "{ command: [a], argsStyle: { names: kebab } }",
    "trainer.argsStyle has no effect: the command has neither {{args}} nor {{flag:name}}",
  ],
])("%s is noted", (trainer, note) => {
  expect(studyOf(trainer).notes).toEqual([note]);
});
