import fc from "fast-check";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { preparePiece } from "../../../../src/app/prepare.ts";
import type { ImageSource } from "../../../../src/app/prepare/source.ts";
import { listTree, makeTestFolder } from "../../../support/folder.ts";
import {
  errorOf,
  issuesOf,
  packOptions,
  prepare,
  prepareInPieces,
  recordEffects,
} from "../../../support/prepare.ts";

const HEADER = "label,pixel0,pixel1,pixel2,pixel3\n";

function writeCsv(text: string): { folder: string; source: ImageSource; to: string; csv: string } {
  const folder = makeTestFolder();
  const csv = join(folder, "train.csv");
  writeFileSync(csv, text);
  return { folder, csv, source: { kind: "csv", csv }, to: join(folder, "digits") };
}

test.each([
  ["an empty file", "", [":1: found an empty file, expected a header and rows"]],
  [
    "no header",
    "5,0,0,0,0\n",
    [0, 1, 2, 3, 4]
      .map(
        (at) =>
          `:1: column ${at + 1}: found "${at === 0 ? 5 : 0}", expected label or pixel0, pixel1, ...`,
      )
      .concat(":1: pixel0: found no such column"),
  ],
  [
    "a missing column",
    "label,pixel0,pixel2,pixel3,pixel4\n1,1,1,1,1\n",
    [":1: pixel1: found no such column"],
  ],
  [
    "a column twice",
    "label,pixel0,pixel1,pixel1,pixel2,pixel3\n1,1,1,1,1,1\n",
    [":1: column 4: found pixel1 a second time"],
  ],
  [
    "a word",
    `${HEADER}1,0,0,0,0\n2,0,abc,0,0\n`,
    [`:3: pixel1: found "abc", expected an integer 0..255`],
  ],
  [
    "a pixel above 255",
    `${HEADER}1,0,0,0,256\n`,
    [`:2: pixel3: found "256", expected an integer 0..255`],
  ],
  [
    "a negative pixel",
    `${HEADER}1,-1,0,0,0\n`,
    [`:2: pixel0: found "-1", expected an integer 0..255`],
  ],
  ["a fraction", `${HEADER}1,1.5,0,0,0\n`, [`:2: pixel0: found "1.5", expected an integer 0..255`]],
  ["no value", `${HEADER}1,,0,0,0\n`, [`:2: pixel0: found "", expected an integer 0..255`]],
  [
    "a label out of range",
    `${HEADER}9,0,0,0,0\n10,0,0,0,0\n`,
    [`:3: label: found "10", expected an integer 0..9`],
  ],
  ["a short row", `${HEADER}1,0,0,0\n`, [":2: found 4 columns, expected 5"]],
  ["a long row", `${HEADER}1,0,0,0,0,0\n`, [":2: found 6 columns, expected 5"]],
  ["a row cut off at the end", `${HEADER}1,0,0,0,0\n1,0`, [":3: found 2 columns, expected 5"]],
  [
    "a line end in quotes, which moves the lines behind it",
    `${HEADER}1,"0\n",0,0,0\n\n1,0,0,0,x\n`,
    [
      `:2: pixel0: found "0\\n", expected an integer 0..255`,
      `:5: pixel3: found "x", expected an integer 0..255`,
    ],
  ],
  [
    "a quote that never closes",
    `${HEADER}1,0,0,0,"0`,
    [":2: found a quoted value that is not closed properly"],
  ],
  [
    "several at once",
    `${HEADER}a,0,b,0,0\r\n1,0,0,0,0\n`,
    [
      `:2: label: found "a", expected an integer 0..9`,
      `:2: pixel1: found "b", expected an integer 0..255`,
      `:2: pixel3: found "0\\r", expected an integer 0..255`,
    ],
  ],
])("tells file and line for %s, and leaves nothing", async (_name, text, expected) => {
  const { folder, source, to, csv } = writeCsv(text);
  const error = await errorOf(prepare(source, to, { classes: 10 }));
  expect(error.code).toBe("INVALID_DATA");
  expect(await issuesOf(prepare(source, to, { classes: 10 }))).toEqual(
    expected.map((line) => csv + line),
  );
  expect(listTree(folder)).toEqual(["train.csv"]);
});

test("a header without rows is no data set", async () => {
  const { folder, source, to } = writeCsv(HEADER);
  expect((await errorOf(prepare(source, to))).message).toMatch(/found no rows in .*train\.csv/);
  expect(listTree(folder)).toEqual(["train.csv"]);
});

test("a file that is not there is named", async () => {
  const folder = makeTestFolder();
  const error = await errorOf(
    prepare({ kind: "csv", csv: "no/train.csv" }, join(folder, "digits")),
  );
  expect([error.code, error.message]).toEqual([
    "INVALID_DATA",
    "cannot read no/train.csv: there is no such file",
  ]);
});

test("the first twenty issues are told", async () => {
  const rows = Array.from({ length: 50 }, () => "1,x,0,0,0\n").join("");
  const { source, to, csv } = writeCsv(HEADER + rows);
  const issues = await issuesOf(prepare(source, to));
  expect(issues).toHaveLength(20);
  expect(issues[19]).toBe(`${csv}:21: pixel0: found "x", expected an integer 0..255`);
});

test("a piece tells the line in the whole file", async () => {
  const rows = Array.from({ length: 40 }, () => "1,0,0,0,0\n").join("");
  const { folder, source, to, csv } = writeCsv(`${HEADER}${rows}1,0,0,0,x\n`);
  const piece = { ...packOptions(source, to), piece: { shard: 4, shards: 4 } };
  expect(await issuesOf(preparePiece(piece, recordEffects()))).toEqual([
    `${csv}:42: pixel3: found "x", expected an integer 0..255`,
  ]);
  expect(listTree(folder)).toEqual(["digits.shards", "train.csv"]);
});

test.each([
  ["Windows line ends", (text: string) => text.replaceAll("\n", "\r\n")],
  ["no line end at the end", (text: string) => text.trimEnd()],
  ["a byte order mark", (text: string) => `\uFEFF${text}`],
  ["quotes", (text: string) => text.replace(/[^,\n]+/g, '"$&"')],
  [
    "quotes and Windows line ends",
    (text: string) => text.replace(/[^,\n]+/g, '"$&"').replaceAll("\n", "\r\n"),
  ],
  ["blank lines", (text: string) => text.replaceAll("\n", "\n\n")],
])("reads %s", async (_name, change) => {
  const text = `${HEADER}3,0,1,2,255\n0,9,8,7,6\n`;
  const { source, to } = writeCsv(change(text));
  const { header } = await prepare(source, to);
  expect(header).toMatchObject({
    count: 2,
    height: 2,
    width: 2,
    channels: 1,
    classes: 4,
    classCounts: [1, 0, 0, 1],
  });
  expect([...readFileSync(join(to, "images.bin"))]).toEqual([0, 1, 2, 255, 9, 8, 7, 6]);
  expect([...readFileSync(join(to, "labels.bin"))]).toEqual([3, 0]);
});

test("columns are found by name", async () => {
  const { source, to } = writeCsv("pixel1,pixel0,pixel3,label,pixel2\n11,10,13,1,12\n");
  await prepare(source, to);
  expect([...readFileSync(join(to, "images.bin"))]).toEqual([10, 11, 12, 13]);
  expect([...readFileSync(join(to, "labels.bin"))]).toEqual([1]);
});

test("without a label column there are no labels, and no classes", async () => {
  const { folder, source, to } = writeCsv("pixel0\n7\n8\n");
  expect((await prepare(source, to)).header).toMatchObject({
    count: 2,
    classes: 0,
    classCounts: [],
    labels: null,
  });
  expect(listTree(to)).toEqual(["dataset.json", "images.bin"]);
  const error = await errorOf(prepare(source, join(folder, "other"), { classes: 10 }));
  expect(error.message).toContain("train.csv has no labels, but --classes was given");
});

test("images that are not square need a height or a width", async () => {
  const { csv, folder, source, to } = writeCsv(
    "pixel0,pixel1,pixel2,pixel3,pixel4,pixel5\n1,2,3,4,5,6\n",
  );
  expect(await issuesOf(prepare(source, to))).toEqual([
    `${csv}:1: found 6 pixel columns, expected a square image`,
  ]);
  const { header } = await prepare({ kind: "csv", csv, width: 3 }, to);
  expect([header.height, header.width]).toEqual([2, 3]);
  expect(await issuesOf(prepare({ kind: "csv", csv, height: 4 }, join(folder, "other")))).toEqual([
    `${csv}:1: found 6 pixel columns, expected 4 x ? pixels`,
  ]);
});

const rowsArbitrary = fc.array(
  fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 5, maxLength: 5 }),
  {
    minLength: 1,
    maxLength: 12,
  },
);

test("any number of pieces gives identical bytes", async () => {
  const folder = makeTestFolder();
  let run = 0;
  const property = fc.asyncProperty(
    rowsArbitrary,
    fc.integer({ min: 1, max: 15 }),
    fc.constantFrom("\n", "\r\n"),
    fc.boolean(),
    async (rows, shards, newline, closed) => {
      const place = join(folder, String(run++));
      mkdirSync(place);
      const csv = join(place, "train.csv");
      const lines = [HEADER.trimEnd(), ...rows.map((row) => row.join(","))];
      writeFileSync(csv, lines.join(newline) + (closed ? newline : ""));
      const whole = await prepare({ kind: "csv", csv }, join(place, "whole"));
      const merged = await prepareInPieces({ kind: "csv", csv }, join(place, "merged"), shards);
      expect(merged.header).toEqual(whole.header);
      expect([...readFileSync(join(place, "merged", "images.bin"))]).toEqual(
        rows.flatMap((row) => row.slice(1)),
      );
      for (const file of listTree(join(place, "whole"))) {
        expect(readFileSync(join(place, "merged", file))).toEqual(
          readFileSync(join(place, "whole", file)),
        );
      }
    },
  );
  await fc.assert(property, { numRuns: 15 });
});
