import { existsSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLayout, type Layout } from "../../../src/workspace/layout.ts";
import { listTree, makeTestFolder } from "../../support/folder.ts";
import { writeKaggleCsv } from "../../support/mnist.ts";
import { describeModel, DIGITS, writeModel } from "../../support/models.ts";
import { runBsweep } from "../../support/program.ts";

const STUDY = `
study: digits
data: { train: data/digits, holdout: 0.1 }
trainer: { kind: cnn, epochs: 1 }
space: { filters: [4] }
cluster: { site: local }
`;

/** A workspace with these models of study `digits`, and a test.csv of five digits. */
function makeWorkspace(...names: readonly string[]): Layout {
  const layout = createLayout(makeTestFolder());
  writeFileSync(join(layout.workspace, "study.yaml"), STUDY);
  writeKaggleCsv(join(layout.workspace, "test.csv"), { rows: 5, labels: false });
  for (const name of names) writeModel(layout, describeModel({}, DIGITS, name));
  return layout;
}

/** Runs a command that is to fail, and leaves nothing behind. @returns what it says */
function refusal({ workspace }: Layout, status: number, ...args: string[]): string {
  const before = listTree(workspace);
  const run = runBsweep(workspace, ...args);
  expect([args, run.status, run.stderr.includes("bug")]).toEqual([args, status, false]);
  expect(listTree(workspace)).toEqual(before);
  return run.stderr;
}

const predict = ["predict", "study.yaml", "--csv", "test.csv"];
const toTfjs = ["export", "study.yaml", "--format", "tfjs", "--to", "exported"];

test("without a model, the command that makes one is named", () => {
  const layout = makeWorkspace();
  for (const args of [predict, toTfjs]) {
    const told = refusal(layout, 6, ...args);
    expect(told).toContain("study digits has no refitted model yet");
    expect(told).toContain("hint: bsweep refit study.yaml makes them");
  }
});

test("a model that was changed is refused", () => {
  const layout = makeWorkspace("seed-1");
  truncateSync(join(layout.models("digits"), "seed-1", "weights.safetensors"), 1000);
  for (const args of [predict, toTfjs]) {
    expect(refusal(layout, 3, ...args)).toMatch(/INVALID_MODEL.*\n.*found 1000 bytes, expected/);
  }
});

test("one source, no more and no less", () => {
  const layout = makeWorkspace("seed-1");
  expect(refusal(layout, 2, "predict", "study.yaml")).toContain("give one of --data, --csv");
  refusal(layout, 2, ...predict, "--image", "a.png");
  // Of these yargs would take the last one in silence.
  expect(refusal(layout, 2, ...predict, "--model", "seed-1", "--model=seed-1")).toContain(
    "--model is given more than once",
  );
});

test("models for other images do not predict together, and data of another shape not at all", () => {
  const layout = makeWorkspace("seed-1");
  const problem = { ...DIGITS, height: 20, width: 20 };
  writeModel(layout, describeModel({}, problem, "small"));
  expect(refusal(layout, 6, ...predict)).toContain(
    "seed-1 is for 28 x 28 x 1 images of 10 classes, small for 20 x 20 x 1",
  );
  expect(refusal(layout, 3, ...predict, "--model", "small")).toContain("test.csv");
  const { workspace } = layout;
  expect(runBsweep(workspace, "prepare", "--csv", "test.csv", "--to", "data/five").status).toBe(0);
  const args = ["--data", "data/five", "--model", "small"];
  expect(refusal(layout, 3, "predict", "study.yaml", ...args)).toContain(
    "are 28 x 28 x 1, small wants 20 x 20 x 1",
  );
});

test("every file that is no image is named", () => {
  const layout = makeWorkspace("seed-1");
  writeFileSync(join(layout.workspace, "text.png"), "no picture");
  const images = ["text.png", "missing.png"];
  const told = refusal(layout, 3, "predict", "study.yaml", "--image", ...images);
  expect(told).toMatch(/text\.png: Unknown image file format/);
  expect(told).toMatch(/missing\.png: .*No such file/);
});

test("an export that fails on the way leaves nothing", () => {
  const layout = makeWorkspace("seed-1");
  // A file stands where a folder would have to be made.
  writeFileSync(join(layout.workspace, "exported"), "");
  expect(refusal(layout, 6, ...toTfjs)).toContain("exported is no exported model");
  expect(refusal(layout, 5, ...toTfjs.slice(0, -1), "exported/deeper")).toContain("WORKSPACE");
  rmSync(join(layout.workspace, "exported"));
  expect(runBsweep(layout.workspace, ...toTfjs).status).toBe(0);
  expect(existsSync(join(layout.workspace, "exported", "weights.bin"))).toBe(true);
});
