import { issuesOf } from "../../support/study-issues.ts";
import { spaceOf } from "../../support/space-of.ts";
import { expect, test } from "vitest";
import { parseStudyFile } from "../../../src/formats/study-file.ts";

const HEAD = "study: s\nobjective: { metric: error, direction: minimize }\n";

test("a command needs neither a kind nor data, and takes parameters of any name", () => {
  const text = `${HEAD}
trainer:
  command: [python, train.py, "--lr={{lr}}", "{{param:seed}}", "{{seed}}"]
  set: { model: "res net", seed: 3 }
space:
  lr: { low: 0, high: 1 }
  layer.1-units: { low: 16, high: 64, integer: true }
  width: { low: 2, high: 8, step: 2, integer: true, when: { model: res net } }
  warm: { values: [true, "on", 1.5], when: { flag: true } }
  flag: [false, true]
sampler: { kind: random, trials: 4 }
`;
  expect(parseStudyFile(text, "study.yaml")).toMatchObject({
    objective: { metric: "error", direction: "minimize" },
    data: null,
    trainer: {
      kind: "command",
      command: ["python", "train.py", "--lr={{lr}}", "{{param:seed}}", "{{seed}}"],
      version: 1,
      epochs: 1,
      set: { model: "res net", seed: 3 },
    },
    space: spaceOf([
      { name: "lr", distribution: { kind: "real", low: 0, high: 1, log: false } },
      {
        name: "layer.1-units",
        distribution: { kind: "integer", low: 16, high: 64, log: false, step: 1 },
      },
      // Its condition holds always.
      { name: "width", distribution: { kind: "integer", low: 2, high: 8, log: false, step: 2 } },
      {
        name: "warm",
        distribution: { kind: "categorical", values: [true, "on", 1.5] },
        when: { flag: { oneOf: [true] } },
      },
      { name: "flag", distribution: { kind: "categorical", values: [false, true] } },
    ]),
  });
});

test("everything wrong is told at once, with its line", () => {
  const text = `study: s
objective: { metric: error }
trainer:
  kind: command
  command: ["{{lrr}}", "{{data}}", "x{{ lr }}{{ x }}", "{{param:checkpoints}}", "{{checkpoints}}"]
  version: 0
  precision: float32
  set: { constructor: 1 }
space:
  lr: [0.1, "\0"]
  1st: [1]
  __proto__: [1]
  a b: [1]
  depth: { low: 1, high: 2.5, integer: true }
  units: { low: 1, high: 9 }
  width: { values: [1], integer: true }
  drop: { values: [1], when: { lr: { atLeats: 1 } } }
`;
  expect(issuesOf(text)).toEqual([
    "study.yaml:2: objective.direction: found nothing, expected maximize | minimize",
    "study.yaml:5: trainer.command[0]: {{lrr}}: unknown value `lrr`; did you mean `lr`?",
    "study.yaml:5: trainer.command[1]: found {{data}}, but the study has no `data`",
    "study.yaml:5: trainer.command[2]: {{ x }}: unknown value `x`; known here: lr, 1st, __proto__, a b, depth, units, width, drop, constructor, args, request, result, params, seed, epochs, threads, data, holdout, rows, probabilities, checkpoints, artifacts, scratch, workspace",
    "study.yaml:5: trainer.command[3]: {{param:checkpoints}}: unknown value `checkpoints`; known here: lr, 1st, __proto__, a b, depth, units, width, drop, constructor",
    "study.yaml:6: trainer.version: found 0, expected an integer 1 .. 1000000",
    "study.yaml:7: trainer: unknown key `precision`; known here: kind, command, argsStyle, env, cwd, metrics, metricsFile, version, epochs, set",
    "study.yaml:8: trainer.set.constructor: found the name `constructor`, expected another one",
    'study.yaml:10: space.lr[1]: found "\\u0000", expected a text without a NUL',
    'study.yaml:11: space.1st: found "1st", expected a name: letters, digits, `_`, `.` or `-`, the first a letter or `_`',
    "study.yaml:12: space.__proto__: found the name `__proto__`, expected another one",
    'study.yaml:13: space.a b: found "a b", expected a name: letters, digits, `_`, `.` or `-`, the first a letter or `_`',
    "study.yaml:14: space.depth.high: found 2.5, expected a whole number up to 9007199254740991",
    "study.yaml:14: space.depth: found a range, but grid needs a list or a `step`",
    "study.yaml:15: space.units: found a range, but grid needs a list or a `step`",
    "study.yaml:16: space.width.integer: found a range beside `values`, expected one of them",
    "study.yaml:17: space.drop.when.lr: unknown key `atLeats`; did you mean `atLeast`?",
  ]);
});

test.each([
  [
    "a shell line",
    "trainer: { command: python train.py }",
    /:3: trainer\.command: found "python train\.py", expected a list/,
  ],
  ["no program", "trainer: { command: [] }", /expected a program and its arguments/],
  [
    "a number",
    "trainer: { command: [sleep, 1] }",
    /trainer\.command\[1\]: found 1, expected a text, in quotes/,
  ],
  [
    "braces without quotes",
    "trainer: { command: [a, {{lr}}] }",
    /expected a text, in quotes if it holds \{\{/,
  ],
  ["no command", "trainer: { kind: command }", /trainer\.command: found nothing, expected a list/],
])("a command that is %s", (_, trainer, message) => {
  expect(issuesOf(`${HEAD}${trainer}\nspace: { lr: [1] }\n`).join("\n")).toMatch(message);
});

test("a parameter comes before bsweep's own value of its name, and the study says so once", () => {
  const text = `${HEAD}
trainer:
  command: [a, "--epochs={{epochs}}", "{{epochs}} {{seed}} {{threads}} {{data}}"]
  set: { seed: 3 }
space: { epochs: [5, 10], data: [small, large] }
`;
  const study = parseStudyFile(text, "study.yaml");
  expect(study.trainer).toMatchObject({
    command: [
      "a",
      "--epochs={{param:epochs}}",
      "{{param:epochs}} {{param:seed}} {{threads}} {{param:data}}",
    ],
    epochs: 1,
  });
  expect(study.notes).toEqual([
    "trainer.command: {{epochs}} is the study's parameter `epochs`; bsweep's own value is in BSWEEP_EPOCHS",
    "trainer.command: {{seed}} is the study's parameter `seed`; bsweep's own value is in BSWEEP_SEED",
    "trainer.command: {{data}} is the study's parameter `data`; bsweep's own value is in BSWEEP_DATA",
  ]);
});

test("numbers that no number holds, and values that are the same word, are told with what to write", () => {
  const text = `${HEAD}
trainer: { command: [a], set: { y: -12345678901234567891, z: "12345678901234567891" } }
space:
  x: [9007199254740993, 9007199254740992, 007, 0x1fffffffffffff]
  w: { low: 0, high: 12345678901234567891 }
  v: [1, "1", 1.0, true, "true"]
sampler: { seed: 12345678901234567891, kind: random, trials: 2 }
`;
  const note = "(no number holds it exactly; in quotes it is a text)";
  expect(issuesOf(text)).toEqual([
    `study.yaml:4: trainer.set.y: found -12345678901234567891 ${note}, expected a text, a number, true or false, null, or a list or mapping of these`,
    `study.yaml:6: space.x[0]: found 9007199254740993 ${note}, expected a text, a number, true or false, null, or a list or mapping of these`,
    `study.yaml:7: space.w.high: found 12345678901234567891 ${note}, expected a number`,
    'study.yaml:8: space.v[1]: found "1" beside 1, expected one of them: a command is handed the same word',
    "study.yaml:8: space.v[2]: found 1 twice, expected each value once",
    'study.yaml:8: space.v[4]: found "true" beside true, expected one of them: a command is handed the same word',
    `study.yaml:9: sampler.seed: found 12345678901234567891 ${note}, expected an integer 0 .. 2147483647`,
  ]);
});

test("a number of very many digits, and one inside what is wrong anyway, are told in short", () => {
  const text = `${HEAD}trainer: { command: [a] }\nspace: { x: [${"9".repeat(5000)}], y: [[12345678901234567891]] }\n`;
  expect(issuesOf(text)).toEqual([
    `study.yaml:4: space.x[0]: found ${"9".repeat(57)}... (no number holds it exactly; in quotes it is a text), expected a text, a number, true or false, null, or a list or mapping of these`,
    "study.yaml:4: space.y[0][0]: found 12345678901234567891 (no number holds it exactly; in quotes it is a text), expected a text, a number, true or false, null, or a list or mapping of these",
  ]);
});

test("ranges wider or finer than numbers are told", () => {
  const text = `${HEAD}
trainer: { command: [a] }
space:
  a: { low: -9007199254740991, high: 1, integer: true }
  b: { low: -1.7e308, high: 1.7e308 }
  c: { low: 1.0e16, high: 1.1e16, step: 0.1 }
  d: { low: 0, high: 9007199254740992, integer: true }
  e: { low: 0, high: 9007199254740991, integer: true }
  f: { low: 0, high: 4294967296, step: 1 }
sampler: { kind: random, trials: 4 }
`;
  expect(issuesOf(text)).toEqual([
    "study.yaml:6: space.a.high: found 1, expected at most 9007199254740991 more than `low`, -9007199254740991",
    "study.yaml:7: space.b.high: found 1.7e+308, expected at most 1.7976931348623157e+308 more than `low`, -1.7e+308",
    "study.yaml:8: space.c.step: found 0.1, expected at least 4.884981308350689: numbers of this size are no finer",
    "study.yaml:9: space.d.high: found 9007199254740992, expected a whole number up to 9007199254740991",
  ]);
});

test("a key that is unknown to a parameter is told with the right form", () => {
  const text = `${HEAD}
trainer: { command: [a] }
space:
  k: { value: 3 }
  l: { vlaues: [3] }
  m: { foo: 3 }
`;
  expect(issuesOf(text)).toEqual([
    "study.yaml:6: space.k: found one `value`, expected the value alone, such as `batchSize: 64`, or a list such as [32, 64]",
    "study.yaml:7: space.l: unknown key `vlaues`; did you mean `values`?",
    "study.yaml:8: space.m: unknown key `foo`; known here: values, weights, low, high, log, step, mean, sd, integer, when",
  ]);
});

test("the direction of what bsweep reckons is known, on packed data", () => {
  const rest = "trainer: { command: [a] }\nspace: { lr: [1] }\n";
  const data = "data: { train: d }\n";
  const of = (objective: string, more = ""): string => `study: s\n${objective}\n${more}${rest}`;
  const study = parseStudyFile(of("objective: { metric: logLoss }", data), "study.yaml");
  expect(study.objective).toEqual({ metric: "logLoss", direction: "minimize" });
  const several = "objectives: [{ metric: auc }, { metric: own, direction: minimize }]";
  expect(parseStudyFile(of(several, data), "study.yaml").objectives).toEqual([
    { metric: "auc", direction: "maximize" },
    { metric: "own", direction: "minimize" },
  ]);
  expect(issuesOf(of("objective: { metric: auc, direction: minimize }", data))).toEqual([
    "study.yaml:2: objective.direction: found minimize, expected maximize for auc",
  ]);
  const unknown = "study.yaml:2: objective.direction: found nothing, expected maximize | minimize";
  expect(issuesOf(of("objective: { metric: auc }"))).toEqual([unknown]);
  expect(issuesOf(of("objective: { metric: own }", data))).toEqual([unknown]);
  // Without data the name is the command's own.
  expect(issuesOf(of("objective: { metric: auc, direction: minimize }"))).toEqual([]);
  expect(issuesOf(of("objective: { metric: auc, direction: up }", data))).toEqual([
    'study.yaml:2: objective.direction: found "up", expected maximize | minimize',
  ]);
});
