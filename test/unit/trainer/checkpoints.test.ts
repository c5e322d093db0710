import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TrainerRequest } from "../../../src/formats/trainer-request.ts";
import { FRESH_PROGRESS } from "../../../src/formats/training-progress.ts";
import { type Checkpoint, Checkpoints } from "../../../src/trainer/checkpoints.ts";
import { makeTestFolder } from "../../support/folder.ts";

const REQUEST: TrainerRequest = {
  schemaVersion: 1,
  trialId: "0123456789abcdef",
  params: {},
  resource: { epochs: 5 },
  seed: 7,
  threads: 1,
  precision: "float32",
  dataset: { path: "/data", digest: "sha256:0", holdout: null },
  checkpoint: null,
  endsAt: null,
  keep: null,
  memoryMiB: null,
  gpus: 0,
  reportFile: "/report.json",
  scratchFolder: "/scratch",
};

/** Told apart by the rows that are done. */
function checkpoint(rows: number): Checkpoint {
  const epoch = { rows, lossSum: rows / 3, correct: 1, seconds: 0.1 };
  const values = Float32Array.of(rows, 2);
  return {
    state: new Map([["dense1/kernel", { shape: [1, 2], values }]]),
    progress: { ...FRESH_PROGRESS, epoch },
  };
}

function open(folder: string, changes: Partial<TrainerRequest> = {}) {
  const warnings: string[] = [];
  const request = { ...REQUEST, ...changes };
  const checkpoints = new Checkpoints(folder, request, (line) => warnings.push(line));
  return { checkpoints, warnings };
}

const namesIn = (folder: string): string[] => readdirSync(folder).sort();

test("what was written last is read, whole; without any there is none", () => {
  const folder = join(makeTestFolder(), "checkpoints");
  const { checkpoints, warnings } = open(folder);
  expect(checkpoints.readLatest()).toBeUndefined();
  for (const rows of [10, 20]) checkpoints.write(checkpoint(rows));
  expect(open(folder).checkpoints.readLatest()).toEqual(checkpoint(20));
  expect(warnings).toEqual([]);
});

test("the last two are kept, and counting goes on in another process", () => {
  const folder = makeTestFolder();
  for (const rows of [1, 2, 3]) open(folder).checkpoints.write(checkpoint(rows));
  expect(namesIn(folder)).toEqual([2, 3].map((n) => `checkpoint-0000000${n}.safetensors`));
});

test("other files in the folder are left alone", () => {
  const folder = makeTestFolder();
  const names = ["checkpoint-1.safetensors", ".checkpoint-00000001.safetensors.1.tmp", "notes"];
  for (const name of names) writeFileSync(join(folder, name), "x");
  const { checkpoints, warnings } = open(folder);
  for (const rows of [1, 2, 3]) checkpoints.write(checkpoint(rows));
  expect(namesIn(folder)).toEqual(expect.arrayContaining(names));
  expect(namesIn(folder)).toHaveLength(names.length + 2);
  expect(checkpoints.readLatest()).toEqual(checkpoint(3));
  expect(warnings).toEqual([]);
});

test("a torn one is told and passed over, and writing goes on behind it", () => {
  const folder = makeTestFolder();
  const { checkpoints, warnings } = open(folder);
  for (const rows of [1, 2]) checkpoints.write(checkpoint(rows));
  const last = join(folder, "checkpoint-00000002.safetensors");
  writeFileSync(last, readFileSync(last).subarray(0, -5));
  expect(checkpoints.readLatest()).toEqual(checkpoint(1));
  expect(warnings).toEqual([`passing over a checkpoint: ${last} does not match its checksum`]);
  checkpoints.write(checkpoint(3));
  expect(checkpoints.readLatest()).toEqual(checkpoint(3));
});

test.each([
  ["trialId", { trialId: "fedcba9876543210" }],
  ["dataset", { dataset: { ...REQUEST.dataset, digest: "sha256:1" } }],
  ["seed", { seed: 8 }],
  ["epochs", { resource: { epochs: 6 } }],
])("one of another %s is told and passed over", (key, changes) => {
  const folder = makeTestFolder();
  open(folder, changes).checkpoints.write(checkpoint(1));
  const { checkpoints, warnings } = open(folder);
  expect(checkpoints.readLatest()).toBeUndefined();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(`is of another trial: found ${key} `);
});

test("a folder that cannot be written costs the checkpoint, not the training", () => {
  const folder = join(makeTestFolder(), "checkpoints");
  writeFileSync(folder, "a file");
  const { checkpoints, warnings } = open(folder);
  checkpoints.write(checkpoint(1));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^no checkpoint: cannot write .*; training goes on$/);
  expect(checkpoints.readLatest()).toBeUndefined();
  rmSync(folder);
  checkpoints.write(checkpoint(2));
  expect(checkpoints.readLatest()).toEqual(checkpoint(2));
});
