import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatasetHeader } from "../../src/core/dataset.ts";
import { computeDatasetDigest, formatDatasetHeader } from "../../src/formats/dataset-header.ts";
import { createLayout, type Layout } from "../../src/workspace/layout.ts";
import { packagedTemplates } from "../../src/workspace/package.ts";
import { makeTestFolder } from "./folder.ts";

/** The header of a data set with MNIST's shape. */
export function makeHeader(rows = 100, labelled = true): DatasetHeader {
  const labels = { file: "labels.bin", bytes: rows, sha256: "b".repeat(64) };
  const content = {
    schemaVersion: 1 as const,
    ...{ count: rows, height: 28, width: 28, channels: 1, classes: labelled ? 10 : 0 },
    classCounts: labelled ? Array.from({ length: 10 }, () => rows / 10) : [],
    images: { file: "images.bin", bytes: rows * 784, sha256: "a".repeat(64) },
    labels: labelled ? labels : null,
  };
  return { ...content, digest: computeDatasetDigest(content) };
}

/** A workspace with a data set that has a header and files of the right sizes; planning reads no pixel. */
export function makeWorkspace(header: DatasetHeader = makeHeader()): Layout {
  const layout = createLayout(makeTestFolder());
  writeDataset(layout, header);
  return layout;
}

/** Writes a data set into the workspace, at data/digits: its header, and files of the right sizes. */
export function writeDataset({ workspace }: Layout, header: DatasetHeader = makeHeader()): void {
  const folder = join(workspace, "data", "digits");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "dataset.json"), formatDatasetHeader(header));
  for (const packed of [header.images, header.labels]) {
    if (packed === null) continue;
    writeFileSync(join(folder, packed.file), "");
    truncateSync(join(folder, packed.file), packed.bytes);
  }
}

/** Writes a study file into the workspace and returns its path. */
export function writeStudy(layout: Layout, text: string): string {
  const file = join(layout.workspace, "study.yaml");
  writeFileSync(file, text);
  return file;
}

/** An example study that comes with bsweep. */
export function exampleStudy(name: string): { file: string; text: string } {
  const file = join(packagedTemplates(), "study", `${name}.yaml`);
  return { file, text: readFileSync(file, "utf8") };
}
