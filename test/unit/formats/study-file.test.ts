import { issuesOf } from "../../support/study-issues.ts";
import { spaceOf } from "../../support/space-of.ts";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { countCombinations } from "../../../src/core/space/combinations.ts";
import { formatStudyJsonSchema, parseStudyFile } from "../../../src/formats/study-file.ts";
import { SAMPLERS } from "../../../src/samplers/index.ts";
import { packagedTemplates } from "../../../src/workspace/package.ts";
import { exampleStudy } from "../../support/study-workspace.ts";

const HEAD = "study: s\ndata: { train: d }\ntrainer: { kind: cnn, epochs: 2 }\n";

describe("a valid study", () => {
  test("gets its defaults", () => {
    expect(parseStudyFile(`${HEAD}space: { filters: [16, 32] }\n`, "study.yaml")).toEqual({
      name: "s",
      file: "study.yaml",
      objective: { metric: "holdoutAccuracy", direction: "maximize" },
      data: { train: "d", holdout: 0.1 },
      trainer: { kind: "cnn", epochs: 2, precision: "float32", set: {} },
      space: spaceOf([
        { name: "filters", distribution: { kind: "categorical", values: [16, 32] } },
      ]),
      sampler: { kind: "grid", seed: 0, settings: {} },
      replicates: 1,
      cluster: { site: "local", concurrencyLimit: 50 },
      resources: {
        cpus: 1,
        memoryMiB: 4096,
        walltimeSeconds: 1800,
        checkpointSeconds: 600,
        trialsPerElement: 1,
      },
    });
  });

  test("keeps the order of the space, tells integers from reals, drops conditions that always hold", () => {
    const text = `study: s
data: { train: d }
trainer: { kind: cnn, epochs: 2, set: { optimizer: sgd } }
objective: { metric: holdoutLoss }
sampler: { kind: random, trials: 5, seed: 3 }
space:
  momentum: { low: 0.5, high: 0.9, when: { optimizer: sgd } }
  dropout: { values: [0.1, 0.2], when: { blocks: 2 } }
  blocks: { low: 1, high: 3 }
  learningRate: { low: 0.001, high: 0.1, log: true }
resources: { memory: 1.5 GB, walltime: 1h30m, checkpoint: epoch, cpus: 2, trialsPerElement: 4 }
`;
    const study = parseStudyFile(text, "study.yaml");
    expect(study.space.dimensions).toEqual([
      { name: "momentum", distribution: { kind: "real", low: 0.5, high: 0.9, log: false } },
      {
        name: "dropout",
        distribution: { kind: "categorical", values: [0.1, 0.2] },
        when: { blocks: { oneOf: [2] } },
      },
      { name: "blocks", distribution: { kind: "integer", low: 1, high: 3, log: false, step: 1 } },
      { name: "learningRate", distribution: { kind: "real", low: 0.001, high: 0.1, log: true } },
    ]);
    expect(study.objective).toEqual({ metric: "holdoutLoss", direction: "minimize" });
    expect(study.sampler).toEqual({ kind: "random", seed: 3, settings: { trials: 5 } });
    expect(study.resources).toEqual({
      cpus: 2,
      memoryMiB: 1536,
      walltimeSeconds: 5400,
      checkpointSeconds: 0,
      trialsPerElement: 4,
    });
  });
});

describe("newer keys", () => {
  test("a test set, the precision, checkpoints", () => {
    const text = (checkpoint: string): string => `study: s
data: { train: d, test: t }
trainer: { kind: cnn, epochs: 2, precision: bfloat16 }
resources: { checkpoint: ${checkpoint} }
space: {}
`;
    const study = parseStudyFile(text("epoch"), "study.yaml");
    expect(study.data).toEqual({ train: "d", test: "t", holdout: 0.1 });
    expect(study.trainer).toMatchObject({ precision: "bfloat16" });
    const seconds = ["epoch", "off", "90s", "1h30m"].map(
      (checkpoint) => parseStudyFile(text(checkpoint), "study.yaml").resources.checkpointSeconds,
    );
    expect(seconds).toEqual([0, null, 90, 5400]);
    expect(issuesOf(text("never"))).toEqual([
      'study.yaml:4: resources.checkpoint: found "never", expected `epoch`, `off` or a time such as 10m',
    ]);
    expect(issuesOf(text("epoch").replace("bfloat16", "float16"))).toEqual([
      'study.yaml:3: trainer.precision: found "float16", expected float32 | bfloat16',
    ]);
  });

  test("parameters that are true or false, searched, set, and conditions on them", () => {
    const text = `${HEAD}space:
  batchNormalization: [true, false]
  nesterov: { values: [false, true], when: { optimizer: sgd } }
  optimizer: [sgd, adam]
  dropout: { values: [0.2, 0.4], when: { batchNormalization: false } }
`;
    const { space } = parseStudyFile(text, "study.yaml");
    expect(space.dimensions).toEqual([
      {
        name: "batchNormalization",
        distribution: { kind: "categorical", values: [true, false] },
      },
      {
        name: "nesterov",
        distribution: { kind: "categorical", values: [false, true] },
        when: { optimizer: { oneOf: ["sgd"] } },
      },
      { name: "optimizer", distribution: { kind: "categorical", values: ["sgd", "adam"] } },
      {
        name: "dropout",
        distribution: { kind: "categorical", values: [0.2, 0.4] },
        when: { batchNormalization: { oneOf: [false] } },
      },
    ]);
    // optimizer: sgd with two, adam with one; normalization: true with one, false with two.
    expect(countCombinations(space)).toBe(3 * 3);
    const set = HEAD.replace("epochs: 2", "epochs: 2, set: { batchNormalization: false }");
    const met = `${set}space: { dropout: { values: [0.2], when: { batchNormalization: false } } }\n`;
    expect(parseStudyFile(met, "study.yaml").space.dimensions).toEqual([
      { name: "dropout", distribution: { kind: "categorical", values: [0.2] } },
    ]);
    expect(
      issuesOf(
        met.replace("{ batchNormalization: false } } }", "{ batchNormalization: true } } }"),
      ),
    ).toEqual([
      "study.yaml:4: space.dropout.when.batchNormalization: never holds: `trainer.set` has batchNormalization false",
    ]);
  });

  test("what is neither true nor false is told", () => {
    const text = `${HEAD}space:
  batchNormalization: [yes, 1, "true"]
  nesterov: { low: 0, high: 1 }
`;
    expect(issuesOf(text)).toEqual([
      'study.yaml:5: space.batchNormalization[0]: found "yes", expected true or false',
      "study.yaml:5: space.batchNormalization[1]: found 1, expected true or false",
      'study.yaml:5: space.batchNormalization[2]: found "true", expected true or false',
      "study.yaml:6: space.nesterov: unknown key `low`; known here: values, weights, when",
      "study.yaml:6: space.nesterov: unknown key `high`; known here: values, weights, when",
    ]);
  });

  test("one-at-a-time: like a grid it needs values, and no number of trials", () => {
    const sampler = "sampler: { kind: one-at-a-time, seed: 4 }\n";
    const space = "space: { filters: [8, 16, 32], dropout: { low: 0, high: 0.4, step: 0.2 } }\n";
    expect(parseStudyFile(`${HEAD}${sampler}${space}`, "study.yaml").sampler).toEqual({
      kind: "one-at-a-time",
      seed: 4,
      settings: {},
    });
    const text = `${HEAD}sampler: { kind: one-at-a-time, trials: 3 }
space: { dropout: { low: 0, high: 0.4 } }
`;
    expect(issuesOf(text)).toEqual([
      "study.yaml:4: sampler.trials: found 3, but one-at-a-time takes no `trials`",
      "study.yaml:5: space.dropout: found a range, but one-at-a-time needs a list or a `step`",
    ]);
    // A grid of these would be too many.
    const large =
      "space: { denseUnits: { low: 1, high: 10000, step: 1 }, filters: { low: 1, high: 101, step: 1 } }\n";
    expect(issuesOf(`${HEAD}${sampler}${large}`)).toEqual([]);
    expect(issuesOf(`${HEAD}replicates: 100\n${sampler}${large}`)).toEqual([
      "study.yaml:6: space: found 1,010,000 trials, expected at most 1,000,000",
    ]);
  });
});

describe("the examples", () => {
  test.each([
    ["digits-grid", 2880],
    ["digits-wide", 13824],
  ])("%s has %i combinations", (name, combinations) => {
    const { file, text } = exampleStudy(name);
    expect(countCombinations(parseStudyFile(text, file).space)).toBe(combinations);
  });

  test("are all valid", () => {
    const names = readdirSync(join(packagedTemplates(), "study"));
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) {
      const { file, text } = exampleStudy(name.replace(".yaml", ""));
      expect(parseStudyFile(text, file).file).toBe(file);
      expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/study\.schema\.json\n/);
    }
  });

  test("point editors at the schema that studies are checked with (vitest -u writes it)", async () => {
    const file = join(packagedTemplates(), "study.schema.json");
    await expect(formatStudyJsonSchema()).toMatchFileSnapshot(file);
  });
});

describe("every issue at once, with its line", () => {
  test("of form", () => {
    const text = `study: x/../y
dta: { train: d }
trainer: { kind: cnm, epochs: 0, set: { pading: same, optimizer: on } }
space:
  filtres: [16, 32]
  filters: [0, .inf, .nan, 16, "16"]
  kernelSize: 5
  padding: []
  activation: { low: 1, high: 2 }
  learningRate: { low: 0, high: 0.2, foo: 1 }
  momentum: { low: 0.5, high: 0.9, when: { optimizer: sgdd } }
sampler: { kind: grids, tials: 3 }
cluster: { site: ../x, jobGroup: x, queue: "a b", image: "x;y" }
replicates: 0
resources: { memory: 4, walltime: 1:30, cpus: 1.5, trialsPerElement: 0 }
replicates: 1
`;
    expect(issuesOf(text)).toEqual([
      'study.yaml:1: study: found "x/../y", expected at most 64 letters, digits, `.`, `_` or `-`, the first a letter or digit',
      "study.yaml:1: data: found nothing, expected a mapping (`key: value`)",
      "study.yaml:2: unknown key `dta`; did you mean `data`?",
      'study.yaml:3: trainer.kind: found "cnm", expected cnn',
      "study.yaml:3: trainer.epochs: found 0, expected an integer 1 .. 100000",
      'study.yaml:3: trainer.set.optimizer: found "on", expected one of adam, sgd, rmsprop, adamw',
      "study.yaml:3: trainer.set: unknown key `pading`; did you mean `padding`?",
      "study.yaml:5: space: unknown key `filtres`; did you mean `filters`?",
      "study.yaml:6: space.filters[0]: found 0, expected an integer 1 .. 2048",
      "study.yaml:6: space.filters[1]: found Infinity, expected an integer 1 .. 2048",
      "study.yaml:6: space.filters[2]: found NaN, expected an integer 1 .. 2048",
      'study.yaml:6: space.filters[4]: found "16", expected an integer 1 .. 2048',
      "study.yaml:8: space.padding: found [], expected at least one value",
      "study.yaml:9: space.activation: unknown key `low`; known here: values, weights, when",
      "study.yaml:9: space.activation: unknown key `high`; known here: values, weights, when",
      "study.yaml:10: space.learningRate.low: found 0, expected a number 0 < x <= 100",
      "study.yaml:10: space.learningRate: unknown key `foo`; known here: values, weights, low, high, log, step, mean, sd, when",
      'study.yaml:11: space.momentum.when.optimizer: found "sgdd", expected one of adam, sgd, rmsprop, adamw',
      `study.yaml:12: sampler.kind: found "grids", expected ${Object.keys(SAMPLERS).join(" | ")}`,
      "study.yaml:12: sampler: unknown key `tials`; did you mean `trials`?",
      'study.yaml:13: cluster.site: found "../x", expected letters, digits, `.`, `_` or `-`',
      'study.yaml:13: cluster.jobGroup: found "x", expected an LSF job group such as /me/study',
      'study.yaml:13: cluster.queue: found "a b", expected letters, digits, `.`, `_`, `-`, or names divided by `,`',
      'study.yaml:13: cluster.image: found "x;y", expected a container image: a reference, or a path',
      "study.yaml:15: resources.cpus: found 1.5, expected an integer 1 .. 1024",
      "study.yaml:15: resources.memory: found 4, expected a size such as 4GB or 512MB",
      'study.yaml:15: resources.walltime: found "1:30", expected a time such as 30m, 1h30m or 01:30:00',
      "study.yaml:15: resources.trialsPerElement: found 0, expected an integer 1 .. 1000",
      "study.yaml:16: Map keys must be unique",
    ]);
  });

  test("of ranges, lists and the sampler, beside those of form", () => {
    const text = `study: s
data: { train: d, holdout: 1 }
trainer: { kind: cnn, epochs: 2, set: { blocks: 2 } }
objective: { metric: validationLoss, direction: maximize }
sampler: { kind: grid, trials: 3 }
space:
  blocks: [1, 2]
  dropout: [0.1, 0.2, 0.1]
  filters: { low: 32, high: 16 }
  learningRate: { low: 0.001, high: 0.1, log: true }
  momentum: { low: 0, high: 0.9, log: true, step: 0.1 }
  kernelSize: { low: 1, high: 5, step: 5 }
  denseUnits: { values: [1], low: 1 }
  batchSize: { low: 1 }
  patience: { low: 1, high: 5, log: true, step: 2 }
`;
    expect(issuesOf(text)).toEqual([
      "study.yaml:2: data.holdout: found 1, expected a fraction between 0 and 1",
      "study.yaml:4: objective.direction: found maximize, expected minimize for validationLoss",
      "study.yaml:5: sampler.trials: found 3, but grid takes no `trials`",
      "study.yaml:7: space.blocks: found in `trainer.set` as well, expected in one of them",
      "study.yaml:8: space.dropout[2]: found 0.1 twice, expected each value once",
      "study.yaml:9: space.filters.high: found 16, expected more than `low`, 32",
      "study.yaml:9: space.filters: found a range, but grid needs a list or a `step`",
      "study.yaml:10: space.learningRate: found a range, but grid needs a list or a `step`",
      "study.yaml:11: space.momentum.low: found 0, expected more than 0 for `log`",
      "study.yaml:12: space.kernelSize.step: found 5, expected at most `high` - `low`",
      "study.yaml:13: space.denseUnits.low: found a range beside `values`, expected one of them",
      "study.yaml:14: space.batchSize: expected `values`, or `low` and `high`, or `mean` and `sd`",
      "study.yaml:14: space.batchSize: found a range, but grid needs a list or a `step`",
    ]);
  });

  test("of conditions", () => {
    const text = `study: s
data: { train: d }
trainer: { kind: cnn, epochs: 2, set: { optimizer: adam } }
space:
  momentum: { values: [0.5], when: { optimizer: sgd } }
  dropout: { values: [0.1], when: { dropout: 0.1 } }
  blocks: { values: [1], when: { filters: 16, kernelSize: 4 } }
  kernelSize: { low: 3, high: 7, step: 2 }
`;
    expect(issuesOf(text)).toEqual([
      "study.yaml:5: space.momentum.when.optimizer: never holds: `trainer.set` has optimizer adam",
      "study.yaml:6: space.dropout.when.dropout: found `dropout` itself, expected another parameter",
      "study.yaml:7: space.blocks.when.filters: found `filters`, expected a parameter of `space` or `trainer.set`",
      "study.yaml:7: space.blocks.when.kernelSize: never holds: `space.kernelSize` has no value 4 of its own",
    ]);
  });

  test("of conditions that go round in a circle", () => {
    const text = `${HEAD}space:
  dropout: { values: [0.1], when: { kernelSize: 3 } }
  kernelSize: { values: [3], when: { dropout: 0.1 } }
`;
    expect(issuesOf(text)).toEqual([
      "study.yaml:5: space.dropout.when: depends on itself by way of others",
      "study.yaml:6: space.kernelSize.when: depends on itself by way of others",
    ]);
  });

  test("of an objective that would not be measured", () => {
    const text = `${HEAD}objective: { metric: validationAccuracy }\nspace: { validationSplit: [0, 0.1] }\n`;
    expect(issuesOf(text)).toEqual([
      "study.yaml:5: space.validationSplit: found 0, expected more: `objective` is validationAccuracy",
    ]);
  });

  test("of a random sampler without a number, and of too many trials", () => {
    expect(issuesOf(`${HEAD}sampler: { kind: random }\nspace: {}\n`)).toEqual([
      "study.yaml:4: sampler.trials: found nothing, random needs an integer 1 .. 1000000",
    ]);
    const large =
      "space: { denseUnits: { low: 1, high: 10000, step: 1 }, filters: { low: 1, high: 101, step: 1 } }";
    expect(issuesOf(`${HEAD}${large}\n`)).toEqual([
      "study.yaml:4: space: found 1,010,000 trials, expected at most 1,000,000",
    ]);
  });
});

describe("hostile YAML", () => {
  test("aliases that grow without end are refused", () => {
    const text = `a: &a [x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: [*c,*c,*c,*c,*c,*c,*c,*c,*c]
`;
    expect(issuesOf(text)).toEqual([
      "study.yaml: Excessive alias count indicates a resource exhaustion attack",
    ]);
  });

  test("__proto__ is an unknown key like any other", () => {
    const issues = issuesOf(`${HEAD}space:\n  __proto__: { filters: [1] }\n  filters: [1]\n`);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatch(/^study\.yaml:5: space: unknown key `__proto__`/);
  });

  test("tags, merge keys and an older YAML's booleans mean nothing", () => {
    expect(issuesOf(`${HEAD}space: !!js/function {}\n`)[0]).toMatch(
      /^study\.yaml:4: Unresolved tag/,
    );
    expect(issuesOf(`${HEAD}space: { <<: { filters: [1] } }\n`)[0]).toMatch(/unknown key `<<`/);
    expect(issuesOf(`%YAML 1.1\n---\n${HEAD}space: { padding: [no] }\n`)).toEqual([
      'study.yaml:6: space.padding[0]: found "no", expected one of valid, same',
    ]);
  });

  test.each([
    ["an open list", "study: [a", /^study\.yaml:1: /],
    ["nothing", "", /^study\.yaml: found null, expected a mapping/],
    ["a list", "- 1", /^study\.yaml:1: found \[1\], expected a mapping/],
    ["an alias to nothing", "study: *b", /Unresolved alias/],
    ["two documents", `${HEAD}---\na: 1`, /^study\.yaml:4: .*multiple documents/],
    ["a key that is a list", "? [a, b]\n: c\n", /unknown key `\[ a, b \]`/],
    ["a line end in a path", 'data: { train: "a\\nb" }', /found "a\\nb", expected a folder/],
  ])("%s is told with its line", (_what, text, message) => {
    expect(issuesOf(text).join("\n")).toMatch(message);
  });
});
