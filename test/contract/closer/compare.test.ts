import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compare, type StudyComparison } from "../../../src/app/compare.ts";
import type { Source } from "../../../src/app/compare/side.ts";
import { collectResults } from "../../../src/app/collect/collect.ts";
import { formatComparison } from "../../../src/reports/comparison.ts";
import { builtProgram } from "../../../src/workspace/package.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { errorOf, recordEffects } from "../../support/prepare.ts";
import { runProcess } from "../../support/programs.ts";
import { makeTrial, writeRound } from "../../support/results.ts";
import { WrittenStudy } from "../../support/written-study.ts";

/** Trials with these numbers of filters, and as many more rows right than 3,000. */
function makeStudy(name: string, filters: readonly number[], workspace = makeTestFolder()) {
  const trials = filters.map((value, place) => makeTrial(place + 1, { filters: value }));
  const study = new WrittenStudy(trials, name, workspace);
  for (const [place, value] of filters.entries()) study.leave(place, {}, 3000 + value);
  return study;
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

const sourceOf = ({ study, layout }: WrittenStudy): Source => ({ kind: "study", study, layout });

async function databaseOf({ layout, planned: { study } }: WrittenStudy): Promise<Source> {
  await collectResults({ study, layout }, recordEffects());
  return { kind: "database", path: layout.database(study) };
}

function expectNarrow(comparison: StudyComparison): string {
  const text = formatComparison(comparison);
  expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
  return text;
}

test("two studies: what differs, what both tried, which was better for its cost", async () => {
  const workspace = makeTestFolder();
  const [poor, good] = [
    makeStudy("poor", range(1, 30), workspace),
    makeStudy("good", range(21, 30), workspace),
  ];
  const compared = await compare({ a: sourceOf(poor), b: sourceOf(good) }, recordEffects());
  expect(compared).toMatchObject({
    sides: { a: { name: "poor", leftAside: 0 }, b: { name: "good" } },
    unit: "CPU-hours asked for",
    a: { trials: 30, complete: 30, failed: 0, best: { number: 30 } },
    better: "b",
    shared: { sameIds: 10, sameParameters: 10, better: { a: 0, b: 0, equal: 10 } },
    differences: [
      { kind: "space", what: "filters", a: "1 .. 30 (30 values)", b: "21 .. 50 (30 values)" },
    ],
  });
  expect(compared.a.cost).toBeCloseTo((30 * 64.25) / 3600, 12);
  const difference = compared.equalCost.at(-1)?.difference;
  expect(difference?.value).toBeCloseTo(20 / 4200, 12);
  const text = expectNarrow(compared);
  expect(text).toContain("B is better at equal cost (0.54 CPU-hours asked for): expected best");
  expect(text).toMatch(/│ filters │ 1 \.\. 30 \(30 values\) │ 21 \.\. 50 \(30 values\) │/);
  // The other way round, nothing but the sides changes.
  const turned = await compare({ a: sourceOf(good), b: sourceOf(poor) }, recordEffects());
  expect(turned.better).toBe("a");
  expect(turned.equalCost.at(-1)?.difference?.value).toBeCloseTo(-20 / 4200, 12);
});

test("a study file and a database, or two databases, come to the same", async () => {
  const [a, b] = [makeStudy("one", range(1, 12)), makeStudy("one", range(3, 12))];
  const files = await compare({ a: sourceOf(a), b: sourceOf(b) }, recordEffects());
  const databases = { a: await databaseOf(a), b: await databaseOf(b) };
  expect(await compare(databases, recordEffects())).toEqual(files);
  expect(await compare({ ...databases, a: sourceOf(a) }, recordEffects())).toEqual(files);
});

test("other data, another trainer and failures: told, and each in its own setting", async () => {
  const a = makeStudy("a", range(1, 6));
  const b = makeStudy("b", range(1, 6));
  writeRound(b.planned, {
    setting: {
      trainer: { name: "cnn\u001b[2J", revision: 7 },
      ...{ precision: "bfloat16", datasetDigest: "sha256:other" },
      holdout: { fraction: 0.2, seed: 9 },
    },
    limits: { cpus: 4, memoryMiB: 4096, walltimeSeconds: 1800, checkpointSeconds: null },
  });
  b.leave(0, { software: { bsweep: "9.9.9" }, numerics: null }, 3001, "zz");
  const compared = await compare(
    { a: await databaseOf(a), b: await databaseOf(b) },
    recordEffects(),
  );
  const found = compared.differences.map(({ kind, what, b: value }) => [kind, what, value]);
  expect(found).toEqual([
    ["setting", "trainer", "cnn\u001b[2J"],
    ["setting", "trainer version", "7"],
    ["setting", "precision", "bfloat16"],
    ["setting", "data", "sha256:other"],
    ["setting", "hold-out", "0.2, seed 9"],
    ["software", "bsweep", "0.1.0, 9.9.9"],
    ["hardware", "cores of an element", "4"],
  ]);
  expect(expectNarrow(compared)).toContain("cnn\\u001b[2J");
});

test("of a database of several settings the latest round's is taken", async () => {
  const [a, b] = [makeStudy("a", range(1, 4)), makeStudy("b", range(1, 4))];
  const later = [makeTrial(5, { filters: 70 }), makeTrial(6, { filters: 71 })];
  writeRound(
    { ...a.planned, round: 2, trials: later },
    {
      setting: {
        ...{ trainer: { name: "cnn", revision: 99 }, precision: "float32" },
        ...{ datasetDigest: "sha256:d", holdout: { fraction: 0.1, seed: 1 } },
      },
    },
  );
  const sources = { a: await databaseOf(a), b: await databaseOf(b) };
  const compared = await compare(sources, recordEffects());
  expect(compared).toMatchObject({
    sides: { a: { leftAside: 4 }, b: { leftAside: 0 } },
    ...{ a: { trials: 2, complete: 0, cost: 0 }, b: { trials: 4, complete: 4 } },
  });
  expect(expectNarrow(compared)).toContain("4 trials of other settings left aside");
});

describe("what cannot be compared", () => {
  test("objectives of another metric or direction are refused, unless a metric is named", async () => {
    const [a, b] = [makeStudy("a", [1, 2]), makeStudy("b", [1, 2])];
    const text = `\nobjective: { metric: holdoutLoss, direction: minimize }\n`;
    writeFileSync(b.studyFile, readFileSync(b.studyFile, "utf8") + text);
    const sources = { a: sourceOf(a), b: sourceOf(b) };
    expect(await errorOf(compare(sources, recordEffects()))).toMatchObject({
      code: "CONFLICT",
      message:
        "they do not rank by the same: A by holdoutAccuracy (maximize), B by holdoutLoss (minimize)",
    });
    const by = await compare({ ...sources, metric: "holdoutLoss" }, recordEffects());
    expect(by.objective).toEqual({ metric: "holdoutLoss", direction: "minimize" });
    expect(by.a.best?.objective).toBeCloseTo(1.5 - 3002 / 4200, 12);
    expect(
      await errorOf(compare({ ...sources, metric: "validationAccuracy" }, recordEffects())),
    ).toMatchObject({
      code: "CONFLICT",
      message: "nobody tells whether validationAccuracy is better high or low",
    });
    const unknown = { ...sources, metric: "nothing", direction: "maximize" } as const;
    expect(await errorOf(compare(unknown, recordEffects()))).toMatchObject({
      code: "CONFLICT",
      message: "no trial of a measured nothing",
    });
  });

  test("one metric, better high here and low there", async () => {
    const [a, b] = [makeStudy("a", [1, 2]), makeStudy("b", [1, 2])];
    const objective = { metric: "holdoutAccuracy", direction: "minimize" } as const;
    const turned = { kind: "study", study: { ...b.study, objective }, layout: b.layout } as const;
    const sources = { a: sourceOf(a), b: turned };
    expect(await errorOf(compare(sources, recordEffects()))).toMatchObject({
      code: "CONFLICT",
      message:
        "they do not rank by the same: A by holdoutAccuracy (maximize), B by holdoutAccuracy (minimize)",
    });
    const told = await compare({ ...sources, direction: "minimize" }, recordEffects());
    expect(told).toMatchObject({ a: { best: { number: 1 } }, b: { best: { number: 1 } } });
  });

  test("a database without its rounds does not tell the direction", async () => {
    const [a, b] = [makeStudy("a", [1, 2, 3]), makeStudy("b", [1, 2, 3])];
    const databases = { a: await databaseOf(a), b: await databaseOf(b) };
    for (const { layout, planned } of [a, b])
      rmSync(layout.studyJobs(planned.study), { recursive: true });
    expect(await errorOf(compare(databases, recordEffects()))).toMatchObject({ code: "CONFLICT" });
    const told = await compare({ ...databases, direction: "maximize" }, recordEffects());
    expect(told).toMatchObject({ unit: "CPU-hours measured", a: { trials: 3 } });
  });

  test("a study and itself, no database, a database of something else", async () => {
    const a = makeStudy("a", [1]);
    const itself = { a: sourceOf(a), b: await databaseOf(a) };
    expect(await errorOf(compare(itself, recordEffects()))).toMatchObject({ code: "USAGE" });
    const none: Source = { kind: "database", path: join(a.layout.workspace, "none.sqlite") };
    expect(await errorOf(compare({ a: sourceOf(a), b: none }, recordEffects()))).toMatchObject({
      code: "STORAGE",
    });
    const file = join(a.layout.workspace, "text.sqlite");
    writeFileSync(file, "no database at all, but long enough to be looked at".repeat(20));
    const text: Source = { kind: "database", path: file };
    expect(await errorOf(compare({ a: sourceOf(a), b: text }, recordEffects()))).toMatchObject({
      code: "STORAGE",
    });
  });

  test("studies of which nothing has run are compared without a claim", async () => {
    const [a, b] = [new WrittenStudy([makeTrial(1, { filters: 1 })], "a"), makeStudy("b", [2])];
    const compared = await compare({ a: sourceOf(a), b: sourceOf(b) }, recordEffects());
    expect(compared).toMatchObject({ better: null, equalCost: [], a: { best: null, cost: 0 } });
    expect(expectNarrow(compared)).toContain("too little to show");
  });
});

test("on the command line: two files, or a copy of another workspace's database", async () => {
  const workspace = makeTestFolder();
  const one = makeStudy("one", range(1, 8), workspace);
  const two = makeStudy("two", range(4, 8), workspace);
  await databaseOf(two);
  const copy = join(makeTestFolder(), "copy.sqlite");
  cpSync(two.layout.database("two"), copy);
  const run = (...args: string[]) =>
    runProcess(
      process.execPath,
      [builtProgram("main.js"), "compare", one.studyFile, ...args, `--workspace=${workspace}`],
      { cwd: workspace },
    );
  const files = await run(two.studyFile, "--json");
  const { a, shared } = JSON.parse(files.stdout) as StudyComparison;
  expect([a.complete, shared.sameIds]).toEqual([8, 5]);
  // Its rounds are not beside it: its requests are unknown, its direction is the other one's.
  const copied = await run(copy);
  expect(copied.stdout).toContain("8 complete");
  expect(copied.stdout).toContain("CPU-hours measured");
  expect((await run(one.studyFile)).exitStatus).toBe(2);
});
