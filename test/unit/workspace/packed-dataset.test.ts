import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BsweepError, formatIssue } from "../../../src/core/errors.ts";
import { openPackedDataset } from "../../../src/workspace/packed-dataset.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { prepare } from "../../support/prepare.ts";

async function makeDataset(): Promise<string> {
  const folder = makeTestFolder();
  const csv = join(folder, "train.csv");
  writeFileSync(csv, "label,pixel0\n0,1\n1,2\n");
  return (await prepare({ kind: "csv", csv }, join(folder, "digits"))).folder;
}

function errorOf(work: () => unknown): BsweepError {
  try {
    work();
  } catch (error) {
    if (error instanceof BsweepError) return error;
  }
  throw new Error("expected a BsweepError");
}

test("opens what prepare wrote", async () => {
  const folder = await makeDataset();
  const dataset = openPackedDataset(folder, { verify: true });
  expect(dataset.header).toMatchObject({ count: 2, classes: 2, classCounts: [1, 1] });
  expect([dataset.imagesFile, dataset.labelsFile]).toEqual([
    join(folder, "images.bin"),
    join(folder, "labels.bin"),
  ]);
});

test("a folder without one names the command that makes one", () => {
  const error = errorOf(() => openPackedDataset("data/none"));
  expect([error.code, error.message, error.hint]).toEqual([
    "INVALID_DATA",
    "there is no data set in data/none: dataset.json is missing",
    "make one with bsweep prepare --csv train.csv --to data/none",
  ]);
});

test("missing and truncated files are told at once", async () => {
  const folder = await makeDataset();
  rmSync(join(folder, "images.bin"));
  appendFileSync(join(folder, "labels.bin"), "x");
  const { issues } = errorOf(() => openPackedDataset(folder));
  expect(issues.map(formatIssue)).toEqual([
    expect.stringContaining("images.bin: cannot be read: ENOENT"),
    `${join(folder, "labels.bin")}: found 3 bytes, expected 2`,
  ]);
});

test("changed bytes are found when asked to verify", async () => {
  const folder = await makeDataset();
  writeFileSync(join(folder, "images.bin"), Buffer.from([1, 3]));
  expect(openPackedDataset(folder).header.count).toBe(2);
  expect(errorOf(() => openPackedDataset(folder, { verify: true })).issues[0]?.message).toContain(
    "found sha256",
  );
});

test("a header that contradicts itself, or points elsewhere, is refused", async () => {
  const folder = await makeDataset();
  const file = join(folder, "dataset.json");
  const header = JSON.parse(readFileSync(file, "utf8")) as { images: object };
  const issuesWith = (changes: object): string[] => {
    writeFileSync(file, JSON.stringify({ ...header, ...changes }));
    return errorOf(() => openPackedDataset(folder)).issues.map(({ path }) => path);
  };
  expect(issuesWith({ count: 3 })).toEqual([
    "images.bytes",
    "labels.bytes",
    "classCounts",
    "digest",
  ]);
  expect(issuesWith({ classCounts: [3] })).toEqual(["classCounts.length", "classCounts"]);
  expect(issuesWith({ labels: null })).toEqual(["classes", "digest"]);
  expect(issuesWith({ digest: `sha256:${"0".repeat(64)}` })).toEqual(["digest"]);
  expect(issuesWith({ images: { ...header.images, file: "../images.bin" } })).toEqual([
    "images.file",
  ]);
});
