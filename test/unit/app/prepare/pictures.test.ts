import { encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { FromOptions } from "../../../../src/app/prepare/source.ts";
import { judgeDataset } from "../../../../src/core/dataset-sanity.ts";
import { listTree, makeTestFolder } from "../../../support/folder.ts";
import { encodePictures, encodeTable, readDigits } from "../../../support/image-forms.ts";
import { errorOf, prepare } from "../../../support/prepare.ts";

type Files = Readonly<Record<string, Uint8Array>>;

function writePictures(files: Files): string {
  const folder = join(makeTestFolder(), "pictures");
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

function packPictures(folder: string, asked: FromOptions & { name?: string } = {}) {
  const { name = "", ...options } = asked;
  const source = { kind: "from", from: join(folder, name), ...options } as const;
  return prepare(source, join(dirname(folder), "packed"));
}

const pixelsOf = (folder: string): number[] => [
  ...readFileSync(join(dirname(folder), "packed", "images.bin")),
];

/** A picture of one row. */
function png(values: readonly number[], channels = 1, depth: 8 | 16 = 8): Uint8Array {
  const data = depth === 16 ? Uint16Array.from(values) : Uint8Array.from(values);
  return encodePng({ width: values.length / channels, height: 1, channels, depth, data });
}

test("class folders keep their names; rows come by the numbers of files, whatever the class", async () => {
  const folder = writePictures({
    "dog/10.png": png([10]),
    "cat/9.png": png([9]),
    "dog/2.PNG": png([2]),
    "cat/.hidden.png": png([1]),
    "emu/notes.txt": Buffer.from("none"),
  });
  const { header } = await packPictures(folder);
  expect(header).toMatchObject({ classNames: ["cat", "dog", "emu"], classCounts: [1, 2, 0] });
  expect(pixelsOf(folder)).toEqual([2, 9, 10]);
  expect(judgeDataset(header).join("\n")).toContain("no row is of class emu");
});

test.each<[string, Files, FromOptions, number, number[]]>([
  ["16 bits", { "a/1.png": png([0xff00, 0x1234], 1, 16) }, {}, 1, [255, 0x12]],
  ["grey saved as colour", { "a/1.png": png([7, 7, 7, 9, 9, 9], 3) }, {}, 1, [7, 9]],
  ["colour", { "a/1.png": png([1, 2, 3, 4, 5, 6], 3) }, {}, 3, [1, 2, 3, 4, 5, 6]],
  ["opaque RGBA", { "a/1.png": png([1, 2, 3, 255], 4) }, {}, 3, [1, 2, 3]],
  ["opacity that is wanted", { "a/1.png": png([1, 2, 3, 4], 4) }, { channels: 4 }, 4, [1, 2, 3, 4]],
  [
    "grey among colour",
    { "a/1.png": png([1, 2, 3], 3), "a/2.png": png([8]) },
    {},
    3,
    [1, 2, 3, 8, 8, 8],
  ],
  [
    "sizes that differ",
    { "a/1.png": png([0, 100]), "a/2.png": png([10, 20, 30, 40]) },
    { resize: "1x2" },
    1,
    [0, 100, 17, 33],
  ],
])("reads %s", async (_, files, asked, channels, pixels) => {
  const folder = writePictures(files);
  const { header } = await packPictures(folder, asked);
  expect(header.channels).toBe(channels);
  expect(pixelsOf(folder)).toEqual(pixels);
});

test("a JPEG of one colour comes out as it", async () => {
  const data = Buffer.alloc(8 * 8 * 4, 200);
  const { data: bytes } = jpeg.encode({ width: 8, height: 8, data }, 90);
  const folder = writePictures({ "a/1.jpg": bytes });
  const { header } = await packPictures(folder);
  expect(header).toMatchObject({ height: 8, width: 8, channels: 1 });
  expect(new Set(pixelsOf(folder))).toEqual(new Set([200]));
});

test("a folder of pictures alone is rows to be predicted", async () => {
  const folder = writePictures({ "2.png": png([2]), "1.png": png([1]) });
  expect((await packPictures(folder)).header).toMatchObject({ count: 2, classes: 0 });
});

const HUGE = Buffer.from(png([1]));
HUGE.writeUInt32BE(100_000, 16);
HUGE.writeUInt32BE(100_000, 20);

test.each<[string, Files, FromOptions & { name?: string }, RegExp]>([
  [
    "another size",
    { "a/1.png": png([1]), "a/2.png": png([1, 2]) },
    {},
    /2\.png: .*found 1 x 2, expected 1 x 1/,
  ],
  ["a torn PNG", { "a/1.png": png([1]).subarray(0, 40) }, {}, /1\.png: .*cannot be decoded/],
  ["sizes of a bomb", { "a/1.png": HUGE }, {}, /more than 64 million pixels/],
  [
    "another format of that name",
    { "a\n/1.png": Buffer.from("GIF89a secret") },
    {},
    /neither PNG nor JPEG/,
  ],
  ["transparency", { "a/1.png": png([1, 2, 3, 4], 4) }, {}, /transparent pictures/],
  [
    "train and test",
    { "train/a/1.png": png([1]), "test/a/1.png": png([1]) },
    {},
    /"test", "train"/,
  ],
  ["a size that is none", { "a/1.png": png([1]) }, { resize: "0x2" }, /expected HEIGHTxWIDTH/],
  [
    "a torn table",
    { "a.parquet": encodeTable([png([1])], [0]).subarray(0, -9) },
    { name: "a.parquet" },
    /damaged Parquet/,
  ],
  [
    "a part of a table",
    { "t-00000-of-00002.parquet": encodeTable([png([1])], [0]) },
    { name: "t-00000-of-00002.parquet" },
    /1 files of this table, expected 2/,
  ],
  [
    "a table without that column",
    { "a.parquet": encodeTable([png([1])], [0]) },
    { name: "a.parquet", labelColumn: "kind" },
    /no column "kind"/,
  ],
  [
    "a row that is no picture",
    { "a.parquet": encodeTable([png([1]), Buffer.from("secret")], [0, 1]) },
    { name: "a.parquet" },
    /row 2: .*neither PNG nor JPEG/,
  ],
])("refuses %s, and leaves nothing", async (_, files, asked, told) => {
  const folder = writePictures(files);
  const before = listTree(dirname(folder));
  const error = await errorOf(packPictures(folder, asked));
  const text = [error.message, ...error.issues.map(({ file, message }) => `${file}: ${message}`)];
  expect(text.join("\n")).toMatch(told);
  expect(text.join("\n")).not.toContain("secret");
  expect(listTree(dirname(folder))).toEqual(before);
});

test("a table's classes keep their names and their order, in several files", async () => {
  const pictures = encodePictures(readDigits(4));
  const names = ["zebra", "ant", "cow"];
  const folder = writePictures({
    "train-00000-of-00002.parquet": encodeTable(pictures.slice(0, 3), [2, 0, 2], names),
    "train-00001-of-00002.parquet": encodeTable(pictures.slice(3), [1], names),
    "test-00000-of-00001.parquet": encodeTable(pictures, [0, 0, 0, 0], names),
  });
  const { header } = await packPictures(folder, { part: "train" });
  expect(header).toMatchObject({ count: 4, classNames: names, classCounts: [1, 1, 2] });
});
