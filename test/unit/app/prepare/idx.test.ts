import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listTree, makeTestFolder } from "../../../support/folder.ts";
import { encodeIdx, gzip, issuesOf, prepare, prepareInPieces } from "../../../support/prepare.ts";

const PIXELS = Array.from({ length: 5 * 6 }, (_, at) => (at * 37) % 256);
const IMAGES = encodeIdx([5, 2, 3], PIXELS);
const LABELS = encodeIdx([5], [4, 0, 2, 2, 1]);

function writeIdx(images: Buffer, labels: Buffer) {
  const folder = makeTestFolder();
  const source = {
    kind: "idx",
    images: join(folder, "images"),
    labels: join(folder, "labels"),
  } as const;
  writeFileSync(source.images, images);
  writeFileSync(source.labels, labels);
  return { folder, source, to: join(folder, "digits") };
}

test.each([
  ["plain", IMAGES, LABELS, 1],
  ["gzipped", gzip(IMAGES), gzip(LABELS), 1],
  ["plain, in pieces", IMAGES, LABELS, 3],
  ["gzipped, in pieces", gzip(IMAGES), gzip(LABELS), 3],
  ["gzipped, in more pieces than rows", gzip(IMAGES), gzip(LABELS), 7],
])("packs IDX files %s", async (_name, images, labels, shards) => {
  const { source, to } = writeIdx(images, labels);
  const { header } = await prepareInPieces(source, to, shards);
  expect(header).toMatchObject({
    count: 5,
    height: 2,
    width: 3,
    channels: 1,
    classes: 5,
    classCounts: [1, 1, 2, 0, 1],
  });
  expect([...readFileSync(join(to, "images.bin"))]).toEqual(PIXELS);
  expect([...readFileSync(join(to, "labels.bin"))]).toEqual([4, 0, 2, 2, 1]);
});

test("a fourth size is channels; labels may be left out", async () => {
  const { source, to } = writeIdx(encodeIdx([2, 1, 1, 3], [1, 2, 3, 4, 5, 6]), LABELS);
  const { header } = await prepare({ kind: "idx", images: source.images }, to);
  expect(header).toMatchObject({
    count: 2,
    height: 1,
    width: 1,
    channels: 3,
    classes: 0,
    labels: null,
  });
});

const longer = Buffer.concat([IMAGES, Buffer.from([0])]);
const damaged = gzip(IMAGES);
damaged.writeUInt32LE(0, damaged.length - 8);

test.each([
  [
    "a truncated gzip",
    gzip(IMAGES).subarray(0, -9),
    LABELS,
    "images: found a truncated or damaged gzip file: unexpected end of file",
  ],
  [
    "a gzip cut inside its header",
    gzip(IMAGES).subarray(0, 12),
    LABELS,
    "images: found a truncated or damaged gzip file: unexpected end of file",
  ],
  [
    "a damaged gzip",
    damaged,
    LABELS,
    "images: found a truncated or damaged gzip file: incorrect data check",
  ],
  [
    "a truncated file",
    IMAGES.subarray(0, -1),
    LABELS,
    "images: found 45 bytes, expected 46 for 5 rows",
  ],
  [
    "a truncated file in a whole gzip",
    gzip(IMAGES.subarray(0, -1)),
    LABELS,
    "images: found 45 bytes, expected 46 for 5 rows",
  ],
  ["a file that is too long", longer, LABELS, "images: found 47 bytes, expected 46 for 5 rows"],
  [
    "a gzip that is too long",
    gzip(longer),
    LABELS,
    "images: found 47 bytes, expected 46 for 5 rows",
  ],
  [
    "an empty file",
    Buffer.alloc(0),
    LABELS,
    "images: found an empty file, expected an IDX file of images (00000803 or 00000804), gzipped or not",
  ],
  [
    "labels for images",
    LABELS,
    LABELS,
    "images: found the bytes 00000801, expected an IDX file of images (00000803 or 00000804), gzipped or not",
  ],
  [
    "images for labels",
    IMAGES,
    IMAGES,
    "labels: found the bytes 00000803, expected an IDX file of labels (00000801), gzipped or not",
  ],
  [
    "a label missing",
    IMAGES,
    encodeIdx([4], [1, 2, 3, 4]),
    "labels: found 4 labels, expected 5, one per image",
  ],
  [
    "a label out of range",
    IMAGES,
    encodeIdx([5], [4, 0, 2, 7, 1]),
    "labels: label of row 4: found 7, expected an integer 0..4",
  ],
])("refuses %s and leaves nothing", async (_name, images, labels, expected) => {
  const { folder, source, to } = writeIdx(images, labels);
  expect(await issuesOf(prepare(source, to, { classes: 5 }))).toEqual([join(folder, expected)]);
  expect(listTree(folder)).toEqual(["images", "labels"]);
});
