import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BsweepError } from "../../../src/core/errors.ts";
import { createLayout } from "../../../src/workspace/layout.ts";
import {
  listModelFiles,
  openModel,
  openModels,
  readModelWeights,
} from "../../../src/workspace/models.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { describeModel, drawWeights, writeModel } from "../../support/models.ts";

const STUDY = { name: "digits", file: "my study.yaml" };

function errorOf(work: () => unknown): BsweepError {
  try {
    work();
  } catch (error) {
    if (error instanceof BsweepError) return error;
    throw error;
  }
  throw new Error("expected a BsweepError");
}

test("lists the models of a study in the order a person counts", () => {
  const layout = createLayout(makeTestFolder());
  const names = (): string[] => listModelFiles(layout, "digits").map(({ name }) => name);
  expect(names()).toEqual([]);
  for (const name of ["trial-17-seed-10", "trial-17-seed-2", "trial-3-seed-1"])
    writeModel(layout, describeModel({}, undefined, name));
  // Half-made ones, and what is no model.
  for (const name of [".trial-9-seed-1.12.tmp", "notes"])
    mkdirSync(join(layout.models("digits"), name));
  writeFileSync(join(layout.models("digits"), ".trial-9-seed-1.12.tmp", "model.json"), "{}");
  expect(names()).toEqual(["trial-3-seed-1", "trial-17-seed-2", "trial-17-seed-10"]);
});

test("opens all models, or those named, each once, with their weights", () => {
  const layout = createLayout(makeTestFolder());
  const models = ["seed-1", "seed-2"].map((name) => describeModel({}, undefined, name));
  for (const model of models) writeModel(layout, model);
  expect(openModels(layout, STUDY).map(({ model }) => model.name)).toEqual(["seed-1", "seed-2"]);
  const [opened, ...others] = openModels(layout, STUDY, ["seed-2", "seed-2"]);
  expect(others).toEqual([]);
  if (opened === undefined || models[1] === undefined) throw new Error("there is a model");
  expect(readModelWeights(opened)).toEqual(drawWeights(models[1], "seed-2"));
});

test("without a model, or for another name, says what to do", () => {
  const layout = createLayout(makeTestFolder());
  expect(errorOf(() => openModels(layout, STUDY))).toMatchObject({
    code: "CONFLICT",
    hint: "bsweep refit my study.yaml makes them",
  });
  writeModel(layout, describeModel({}, undefined, "trial-17-seed-1"));
  for (const name of ["trial-17-seed-2", "../digits/trial-17-seed-1"]) {
    expect(errorOf(() => openModels(layout, STUDY, [name]))).toMatchObject({
      code: "USAGE",
      hint: "there is trial-17-seed-1",
    });
  }
});

test("finds a model that was cut short or changed", () => {
  const folder = writeModel(createLayout(makeTestFolder()), describeModel());
  const weights = join(folder, "weights.safetensors");
  const bytes = readFileSync(weights);
  const last = bytes.length - 1;
  writeFileSync(weights, bytes.with(last, (bytes[last] ?? 0) ^ 1));
  expect(errorOf(() => openModel(folder)).issues[0]?.message).toMatch(/^found sha256/);
  truncateSync(weights, 100);
  expect(errorOf(() => openModel(folder)).issues[0]?.message).toMatch(/^found 100 bytes/);
  expect(errorOf(() => openModel(`${folder}-2`)).message).toContain("model.json is missing");
});
