import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readSeenImages, watchImages } from "../../../../src/app/prepare/seen-images.ts";
import { SAMPLED_ROWS } from "../../../../src/core/dataset.ts";
import { openPackedDataset } from "../../../../src/workspace/packed-dataset.ts";
import { makeTestFolder } from "../../../support/folder.ts";
import { prepare } from "../../../support/prepare.ts";

function see(rowBytes: number, ...blocks: readonly Uint8Array[]) {
  const watch = watchImages(rowBytes);
  for (const block of blocks) watch.see(block);
  return watch.finish();
}

test("how the bytes are cut into blocks changes nothing", () => {
  const bytes = fc.uint8Array({ minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(bytes, fc.nat(12), fc.nat(12), (images, one, other) => {
      const [start, end] = [Math.min(one, other), Math.max(one, other)];
      const cut = [images.subarray(0, start), images.subarray(start, end), images.subarray(end)];
      expect(see(3, ...cut)).toEqual(see(3, images));
    }),
  );
});

test("the sample is the smallest hashes of all different rows", () => {
  const rows = Array.from({ length: 3000 }, (_, at) => Buffer.from([at >> 8, at & 255]));
  const hashes = rows
    .map((row) => createHash("sha256").update(row).digest("hex").slice(0, 10))
    .sort()
    .slice(0, SAMPLED_ROWS);
  expect(see(2, ...rows, ...rows)).toEqual({
    ...{ darkest: 0, brightest: 255 },
    rows: hashes.join(""),
  });
});

test("prepare writes it into the header; an older header stays readable, and gets it the next time", async () => {
  const folder = makeTestFolder();
  const csv = join(folder, "train.csv");
  writeFileSync(csv, "label,pixel0\n0,7\n1,16\n");
  const { header } = await prepare({ kind: "csv", csv }, join(folder, "digits"));
  expect(header.seen).toMatchObject({ darkest: 7, brightest: 16 });
  const file = join(folder, "digits", "dataset.json");
  const written = readFileSync(file, "utf8");
  const { seen, ...old } = JSON.parse(written) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify(old));
  const opened = openPackedDataset(join(folder, "digits"));
  expect(opened.header.seen).toBeUndefined();
  expect(await readSeenImages(opened)).toEqual(seen);
  expect((await prepare({ kind: "csv", csv }, join(folder, "digits"))).state).toBe("unchanged");
  expect(readFileSync(file, "utf8")).toBe(written);
});
