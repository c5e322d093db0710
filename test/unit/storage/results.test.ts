import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Round } from "../../../src/formats/round-file.ts";
import type { Trial, TrialResult } from "../../../src/core/trial.ts";
import { CNN_TRAINER } from "../../../src/cnn/parameters.ts";
import { readAttempts, readPlannedTrials } from "../../../src/storage/attempts.ts";
import { inTransaction, type StudyDatabase, withDatabase } from "../../../src/storage/database.ts";
import { readDisagreements, readHistories, readTrialTable } from "../../../src/storage/outcomes.ts";
import {
  createCollectedLookup,
  createResultInsert,
  readSetAside,
  replaceSetAside,
} from "../../../src/storage/results.ts";
import {
  createPlannedTrialLookup,
  readRounds,
  readSettings,
  saveRound,
} from "../../../src/storage/rounds.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { makeFailure, makeResult, makeTrial } from "../../support/results.ts";

const SETTING = {
  trainer: CNN_TRAINER,
  precision: "float32",
  datasetDigest: "sha256:d",
  holdout: { fraction: 0.1, seed: 1 },
} as const;

let path: string;
beforeEach(() => {
  path = join(makeTestFolder(), "study.sqlite");
});

const write = <T>(use: (database: StudyDatabase) => T): Promise<T> =>
  withDatabase(path, "readwrite", (database) => inTransaction(database, () => use(database)));
const read = <T>(use: (database: StudyDatabase) => T): Promise<T> =>
  withDatabase(path, "readonly", use);

interface Plan {
  readonly round?: number;
  readonly nonce?: string;
  readonly seed?: number;
  readonly isReplaced?: boolean;
}

/** Keeps a round whose trials are the elements 1, 2, ... of array 1. */
function plan(
  trials: readonly Trial[],
  { round = 1, nonce = "a", seed = 1, isReplaced = false }: Plan = {},
) {
  const elements = trials.map((trial, place) => ({
    ...{ schemaVersion: 1 as const, index: place + 1 },
    trials: [trial],
  }));
  const objective = { metric: "holdoutAccuracy", direction: "maximize" };
  return write((database) =>
    saveRound(
      database,
      {
        round: { round, nonce, objective } as Round,
        folder: `round-00${round}`,
        setting: { ...SETTING, holdout: { fraction: 0.1, seed } },
        arrays: new Map([[1, elements]]),
      },
      isReplaced,
    ),
  );
}

let written = 0;
const insert = (result: TrialResult, round = 1): Promise<boolean> =>
  write((database) =>
    createResultInsert(database)(
      { file: `round-00${round}/array-01/${written++}.json`, round, array: 1 },
      result,
      JSON.stringify(result.history),
    ),
  );

const pruned = {
  state: "pruned",
  objective: null,
  earlyEnd: { reason: "poor", step: 3, value: 0.5 },
} as const;
const skipped = {
  state: "skipped",
  objective: null,
  earlyEnd: { reason: "enough", step: null, value: null },
} as const;

describe("the result that counts", () => {
  const attempts = [1, 2, 3].map((attempt) => makeTrial(1, { filters: 1 }, { attempt }));
  const [one, two, three] = attempts as [Trial, Trial, Trial];
  const complete = (trial: Trial, correct = 4000) => makeResult(trial, trial.attempt, correct);
  const failed = (trial: Trial) =>
    makeFailure(trial, trial.attempt, { kind: "error", message: `of ${trial.attempt}` });

  test.each<[string, readonly TrialResult[], string, number]>([
    ["the first complete one", [failed(one), complete(two, 7), complete(three, 9)], "complete", 2],
    ["the last failed one, where none is complete", [failed(one), failed(two)], "failed", 2],
    ["complete after pruned", [makeResult(one, 1, 1, pruned), complete(two)], "complete", 2],
    ["failed after pruned", [makeResult(one, 1, 1, pruned), failed(two)], "failed", 2],
    ["pruned after failed", [failed(one), makeResult(two, 2, 1, pruned)], "pruned", 2],
    [
      "a failed one before a skipped one",
      [failed(one), makeResult(two, 2, 1, skipped)],
      "failed",
      1,
    ],
    ["a skipped one, where there is no other", [makeResult(one, 1, 1, skipped)], "skipped", 1],
  ])("is %s, in whatever order files come", async (_, results, state, attempt) => {
    await plan([one, two, three]);
    for (const result of [...results].reverse()) await insert(result);
    const counted = (await read(readAttempts)).results.filter(({ counts }) => counts);
    expect(counted.map((each) => [each.state, each.attempt])).toEqual([[state, attempt]]);
    expect((await read(readTrialTable)).states).toEqual([state]);
  });
});

test("a result keeps its metrics, steps and warnings; a file is kept once", async () => {
  const trial = makeTrial(1, { filters: 1 });
  await plan([trial]);
  const result = makeResult(trial, 1, 4000, {
    warnings: ["odd"],
    metrics: { holdoutAccuracy: 4000 / 4200, auc: 1e-9 },
  });
  const file = { file: "round-001/array-01/f.json", round: 1, array: 1 };
  const history = JSON.stringify(result.history);
  expect(
    await write((database) =>
      [1, 2].map(() => createResultInsert(database)(file, result, history)),
    ),
  ).toEqual([true, false]);
  const table = await read(readTrialTable);
  expect(table.metricsOf(0)).toEqual(result.metrics);
  expect(table).toMatchObject({ corrects: [4000], counts: [4200], seconds: [64.25] });
  expect((await read(readHistories)).get(trial.trialId)).toEqual(result.history);
  expect(await read((database) => createCollectedLookup(database)("round-001/array-01"))).toEqual(
    new Set(["f.json"]),
  );
  const steps = await read((database) =>
    database
      .prepare("SELECT step, metric, value FROM steps WHERE step = 2 ORDER BY metric")
      .raw()
      .all(),
  );
  expect(steps).toEqual(
    Object.entries(result.history[1]?.metrics ?? {})
      .map(([metric, value]) => [2, metric, value])
      .sort(),
  );
  const warnings = await read((database) =>
    database.prepare("SELECT warnings FROM results").pluck().get(),
  );
  expect(warnings).toBe('["odd"]');
});

test.each<[string, (trial: Trial) => TrialResult, number]>([
  ["another number", (trial) => makeResult({ ...trial, number: 2 }, 1, 1), 1],
  ["another attempt", (trial) => makeResult({ ...trial, attempt: 2 }, 1, 1), 1],
  ["other parameters", (trial) => makeResult({ ...trial, params: { filters: 2 } }, 1, 1), 1],
  ["another replicate", (trial) => makeResult({ ...trial, replicate: 1 }, 1, 1), 1],
  ["another seed", (trial) => makeResult({ ...trial, seed: 2 }, 1, 1), 1],
  ["other epochs", (trial) => makeResult({ ...trial, resource: { epochs: 9 } }, 1, 1), 1],
  ["another index", (trial) => makeResult(trial, 2, 1), 1],
  ["another trial", (trial) => makeResult({ ...trial, trialId: "0".repeat(16) }, 1, 1), 1],
  ["another round", (trial) => makeResult(trial, 1, 1), 2],
])("a result with %s than planned is not stored", async (_, resultOf, round) => {
  const trial = makeTrial(1, { filters: 1 });
  await plan([trial]);
  expect(await insert(resultOf(trial), round)).toBe(false);
  expect(await insert(makeResult(trial, 1, 1))).toBe(true);
});

test("the database itself refuses a state that its columns contradict", async () => {
  const trial = makeTrial(1, {});
  await plan([trial]);
  for (const other of [
    { objective: null },
    { state: "failed" },
    { state: "pruned", objective: null },
  ] as const)
    await expect(insert(makeResult(trial, 1, 1, other))).rejects.toThrow(/CHECK/);
});

test("what an element was to run is found by its place, with all of its plan", async () => {
  const trial = makeTrial(7, { b: 1, a: "x" }, { attempt: 2, seed: 9 });
  await plan([makeTrial(6, {}), trial]);
  await read((database) => {
    const find = createPlannedTrialLookup(database);
    expect(find(1, 1, 2, trial.trialId)).toEqual({
      ...{ number: 7, attempt: 2, params: '{"a":"x","b":1}', replicate: 0, seed: 9, epochs: 10 },
    });
    expect(find(1, 1, 1, trial.trialId)).toBeUndefined();
    expect(find(1, 2, 2, trial.trialId)).toBeUndefined();
  });
});

test("a round that replaces another one leaves nothing of it", async () => {
  const [old, kept] = [makeTrial(1, { filters: 1 }), makeTrial(2, { filters: 2 })];
  await plan([old, kept], { seed: 5 });
  await insert(makeResult(kept, 2, 1));
  await plan([{ ...kept, number: 1 }], { nonce: "b", isReplaced: true });
  const trials = await read(readPlannedTrials);
  expect([...trials.values()].map(({ number, params }) => [number, params])).toEqual([
    [1, { filters: 2 }],
  ]);
  expect(
    (await read((database) => createCollectedLookup(database)("round-001/array-01"))).size,
  ).toBe(0);
  expect((await read(readSettings)).map(({ setting }) => setting.holdout.seed)).toEqual([1]);
  expect((await read(readRounds)).get(1)).toEqual({
    round: 1,
    nonce: "b",
    metric: "holdoutAccuracy",
  });
});

test("settings come with the latest round's first", async () => {
  await plan([makeTrial(1, { filters: 1 })], { seed: 5 });
  await plan([makeTrial(2, { filters: 2 })], { round: 2, seed: 6 });
  await plan([makeTrial(3, { filters: 3 })], { round: 3, seed: 5 });
  expect((await read(readSettings)).map(({ setting }) => setting.holdout.seed)).toEqual([5, 6]);
});

test("results that should be equal and are not are told within one fingerprint", async () => {
  const trials = [1, 2].map((attempt) => makeTrial(1, {}, { attempt }));
  await plan(trials);
  for (const [place, trial] of trials.entries())
    await insert(makeResult(trial, place + 1, 4000 + place));
  expect(await read(readDisagreements)).toEqual([
    { number: 1, lowest: 4000 / 4200, highest: 4001 / 4200 },
  ]);
});

test("what is set aside is replaced as a whole", async () => {
  await write((database) =>
    replaceSetAside(
      database,
      new Map([
        ["a", { reason: "torn", stamp: "5 1 2" }],
        ["b", { reason: "odd", stamp: null }],
      ]),
    ),
  );
  const later = new Map([["b", { reason: "torn", stamp: "6 1 2" }]]);
  await write((database) => replaceSetAside(database, later));
  expect(await read(readSetAside)).toEqual(later);
});
