import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { FromOptions } from "../../../../src/app/prepare/source.ts";
import { prepareDataset } from "../../../../src/app/prepare.ts";
import { listTree, makeTestFolder } from "../../../support/folder.ts";
import { encodeNpy, encodeNpz, encodeZip } from "../../../support/image-forms.ts";
import {
  encodeIdx,
  errorOf,
  gzip,
  never,
  packOptions,
  prepare,
  recordEffects,
} from "../../../support/prepare.ts";

/** Files, by name. */
type Files = Readonly<Record<string, string | Buffer>>;

function writeFiles(files: Files): string {
  const folder = makeTestFolder();
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

const packFrom = (folder: string, name: string, asked: FromOptions = {}) =>
  prepare({ kind: "from", from: join(folder, name), ...asked }, join(folder, "packed"));

const bytesOf = (folder: string, name: string): number[] => [
  ...readFileSync(join(folder, "packed", name)),
];

const TABLE = "label,pixel0,pixel1,pixel2,pixel3\n0,1,2,3,4\n1,200,6,7,8\n";
const ones = (count: number): Buffer => Buffer.alloc(count, 1);
const u1 = (shape: readonly number[]): Buffer =>
  encodeNpy("|u1", shape, ones(shape.reduce((product, size) => product * size, 1)));
const PDF = Buffer.from("%PDF-1.7\n%secret\n", "latin1");

test.each<[string, Files, string, FromOptions, RegExp]>([
  ["a file that is not there", {}, "no.csv", {}, /cannot read .*no\.csv: there is no such file/],
  ["an empty file", { "a.csv": "" }, "a.csv", {}, /it is an empty file/],
  ["a PDF", { "a.csv": PDF }, "a.csv", {}, /it is a file of kind pdf \(application\/pdf\)/],
  ["unknown bytes", { a: Buffer.from([1, 2, 0, 4]) }, "a", {}, /of an unknown binary kind/],
  ["a web page", { "a.csv": "<!DOCTYPE html>\n<p>1,2" }, "a.csv", {}, /it is a web page/],
  ["JSON", { "a.csv": '[{"a": 1}]' }, "a.csv", {}, /it is JSON/],
  ["UTF-16", { "a.csv": Buffer.from("\uFEFFlabel", "utf16le") }, "a.csv", {}, /UTF-16/],
  ["an empty folder", { "a/.keep": "" }, "a", {}, /it is empty/],
  ["two files", { "a/1.csv": TABLE, "a/2.csv": TABLE }, "a", {}, /"1\.csv", "2\.csv"/],
  ["a zip of texts", { "a.zip": encodeZip({ "a.md": PDF }) }, "a.zip", {}, /collection of "a\.md"/],
  [
    "a torn zip",
    { "a.zip": encodeZip({ "a.csv": PDF }).subarray(0, 60) },
    "a.zip",
    {},
    /damaged zip/,
  ],
  [
    "a torn npz",
    { "a.npz": encodeNpz({ x: u1([4, 2, 2]) }).subarray(0, -9) },
    "a.npz",
    {},
    /damaged zip/,
  ],
  [
    "a torn gzip file",
    { "a.csv.gz": gzip(Buffer.from(TABLE)).subarray(0, -9) },
    "a.csv.gz",
    {},
    /damaged gzip/,
  ],
  [
    "a torn npy",
    { "a.npy": u1([4, 2, 2]).subarray(0, -1) },
    "a.npy",
    {},
    /expected 144 for a\.npy, uint8 \[4, 2, 2\]/,
  ],
  [
    "sizes that nothing has",
    { "a.npy": encodeNpy("|u1", [1e9, 1e6], ones(9)) },
    "a.npy",
    {},
    /found sizes|expected \d{16}/,
  ],
  [
    "pickled objects",
    { "a.npy": encodeNpy("|O", [4], ones(9)) },
    "a.npy",
    {},
    /pickled objects, which could run/,
  ],
  [
    "complex numbers",
    { "a.npy": encodeNpy("<c8", [1, 1], ones(8)) },
    "a.npy",
    {},
    /items of type "<c8"/,
  ],
  ["labels for pixels", { "a.npy": u1([4]) }, "a.npy", {}, /expected numbers of two to four axes/],
  [
    "another number of labels",
    { "a.npz": encodeNpz({ x: u1([4, 2, 2]), y: u1([3]) }) },
    "a.npz",
    { labelColumn: "y" },
    /found 3 labels, expected 4/,
  ],
  [
    "one-hot labels",
    { "a.npz": encodeNpz({ x: u1([4, 2, 2]), y: u1([4, 3]) }) },
    "a.npz",
    { imageColumn: "x", labelColumn: "y" },
    /one label a row/,
  ],
  [
    "several arrays",
    { "a.npz": encodeNpz({ a: u1([4, 2, 2]), b: u1([4, 2, 2]) }) },
    "a.npz",
    {},
    /no sure array of images/,
  ],
  [
    "an array that is not there",
    { "a.npz": encodeNpz({ a: u1([4, 2, 2]) }) },
    "a.npz",
    { imageColumn: "z" },
    /no array "z"/,
  ],
  ["channels anywhere", { "a.npy": u1([4, 3, 3, 3]) }, "a.npy", {}, /which axis is the channels/],
  [
    "pixels above 255",
    { "a.npy": encodeNpy("<u2", [1, 1, 1], Buffer.from([44, 1])) },
    "a.npy",
    {},
    /row 1: found 300/,
  ],
  [
    "IDX cut off",
    { "t-images-idx3-ubyte": encodeIdx([2, 1, 1], [1]) },
    "t-images-idx3-ubyte",
    {},
    /found 17 bytes/,
  ],
  [
    "no column of pixels",
    { "a.csv": "a,b\nc,d\n" },
    "a.csv",
    {},
    /no columns of pixels among "a", "b"/,
  ],
  [
    "a gap",
    { "a.csv": "label,p1,p2,p4,p5\n1,2,3,4,5\n" },
    "a.csv",
    {},
    /4 columns of pixels, the last of number 5/,
  ],
  [
    "no label column",
    { "a.csv": "writer,p0\n1,2\n" },
    "a.csv",
    {},
    /no sure column of labels: "writer"/,
  ],
  [
    "a label column that is missing",
    { "a.csv": TABLE },
    "a.csv",
    { labelColumn: "kind" },
    /no column "kind"/,
  ],
  [
    "no sure label",
    { "a.csv": "1,0,0,0,2\n2,0,0,0,1\n" },
    "a.csv",
    {},
    /the first or the last may be the label/,
  ],
  [
    "colour without order",
    { "a.csv": `${"1,".repeat(11)}1\n` },
    "a.csv",
    { channels: 3, labelColumn: "none" },
    /not in which order/,
  ],
  [
    "a word in line 3",
    { "a.csv": TABLE.replace("200", "x") },
    "a.csv",
    {},
    /a\.csv:3: pixel0: found "x", expected a number 0\.\.255/,
  ],
  [
    "too many labels",
    { "a.csv": `label,p0\n${Array.from({ length: 300 }, (_, at) => `w${at},1\n`).join("")}` },
    "a.csv",
    {},
    /a\.csv:258: label: found "w256", expected at most 256 different labels/,
  ],
  [
    "normalized pixels",
    { "a.csv": "label,p0\n1,-0.42\n0,2.8\n" },
    "a.csv",
    {},
    /found pixels from -0.42 to 2.8/,
  ],
  ["labels beyond --classes", { "a.csv": TABLE }, "a.csv", {}, /^$/],
])("refuses %s, and leaves nothing", async (name, files, from, asked, told) => {
  const folder = writeFiles(files);
  const before = listTree(folder);
  const source = { kind: "from", from: join(folder, from), ...asked } as const;
  const isLast = name.includes("--classes");
  const error = await errorOf(
    prepare(source, join(folder, "packed"), isLast ? { classes: 1 } : {}),
  );
  const text = [
    error.message,
    ...error.issues.map(
      (issue) => `${issue.file}:${issue.line ?? ""}: ${issue.path}: ${issue.message}`,
    ),
  ].join("\n");
  expect(text).toMatch(isLast ? /a\.csv:3: label: found "1", expected an integer 0\.\.0/ : told);
  expect(text).not.toContain("secret");
  expect(error.code).toBe("INVALID_DATA");
  expect(listTree(folder)).toEqual(before);
});

test("labels of any kind become classes, and keep their names", async () => {
  const folder = writeFiles({ "a.csv": "label,p0\ncat,1\n dog ,2\nant,3\ncat,4\n" });
  const { header } = await packFrom(folder, "a.csv");
  expect(header).toMatchObject({
    classes: 3,
    classCounts: [1, 2, 1],
    classNames: ["ant", "cat", "dog"],
  });
  expect(bytesOf(folder, "labels.bin")).toEqual([1, 2, 0, 1]);
});

test.each([
  ["from 1", ["1", "2", "3"], [0, 1, 2], ["1", "2", "3"]],
  ["negative ones", ["1", "-1", "1.0"], [1, 0, 1], ["-1", "1"]],
  ["few far apart", ["0", "255", "0"], [0, 1, 0], ["0", "255"]],
  ["a gap, told as ever", ["0", "2", "02"], [0, 2, 2], undefined],
])("labels %s", async (_, labels, expected, classNames) => {
  const folder = writeFiles({
    "a.csv": `label,p0\n${labels.map((label) => `${label},9\n`).join("")}`,
  });
  const { header } = await packFrom(folder, "a.csv");
  expect(header.classNames).toEqual(classNames);
  expect(bytesOf(folder, "labels.bin")).toEqual(expected);
});

test("--like numbers the classes of a test set as the training set has them", async () => {
  const folder = writeFiles({
    "a.csv": "label,p0\nant,1\ncat,2\ndog,3\n",
    "b.csv": "label,p0\ndog,1\n",
  });
  await packFrom(folder, "a.csv");
  const like = join(folder, "packed");
  const source = { kind: "from", from: join(folder, "b.csv") } as const;
  const options = { ...packOptions(source, join(folder, "test")), like, shards: 1, force: false };
  const { header } = await prepareDataset(options, recordEffects());
  expect(header).toMatchObject({
    classes: 3,
    classCounts: [0, 0, 1],
    classNames: ["ant", "cat", "dog"],
  });
  writeFileSync(join(folder, "b.csv"), "label,p0\nemu,1\n");
  const error = await errorOf(
    prepareDataset({ ...options, to: join(folder, "c"), signal: never }, recordEffects()),
  );
  expect(error.message).toMatch(/has labels that .*packed has not: "emu"/);
});

test("colour: both orders give the same image", async () => {
  const hwc = "21,2,3,4,5,6,7,8,9,10,11,12\n";
  const chw = "21,4,7,10,2,5,8,11,3,6,9,12\n";
  const folder = writeFiles({
    "hwc.csv": hwc,
    "chw.csv": chw,
    "chw.npy": encodeNpy("|u1", [1, 3, 2, 2], Buffer.from(chw.trim().split(",").map(Number))),
  });
  const said = { channels: 3, labelColumn: "none" } as const;
  for (const [from, asked] of [
    ["hwc.csv", { ...said, order: "hwc" }],
    ["chw.csv", { ...said, order: "chw" }],
    ["chw.npy", { order: "chw", labelColumn: "none" }],
  ] as const) {
    const source = { kind: "from", from: join(folder, from), ...asked } as const;
    const { header } = await prepare(source, join(folder, "packed"), { force: true });
    expect(header).toMatchObject({ height: 2, width: 2, channels: 3, classes: 0 });
    expect(bytesOf(folder, "images.bin")).toEqual(hwc.trim().split(",").map(Number));
  }
});

test("--scale multiplies pixels", async () => {
  const folder = writeFiles({ "a.csv": "label,p0\n1,16\n0,8\n" });
  await packFrom(folder, "a.csv", { scale: 255 / 16 });
  expect(bytesOf(folder, "images.bin")).toEqual([255, 128]);
});

test("says what it found, with odd names on one line", async () => {
  const folder = writeFiles({ "a\nb.csv": "id,Usage,label,p0\n1,Public,1,16\n2,Private,0,8\n" });
  const source = { kind: "from", from: join(folder, "a\nb.csv") } as const;
  const effects = recordEffects();
  const options = packOptions(source, join(folder, "packed"));
  await prepareDataset({ ...options, shards: 1, force: false }, effects);
  expect(effects.lines).toEqual([
    expect.stringMatching(
      /a\\u000ab\.csv: CSV with commas: images of 1 x 1, labels in "label"; left out: "id", "Usage"$/,
    ),
  ]);
});

test("a zip bomb is packed no further than it is rows", async () => {
  const zeros = encodeZip({ "a.csv": Buffer.alloc(16 << 20) });
  const folder = writeFiles({
    "bomb.zip": zeros,
    "lines.zip": encodeZip({ "a.csv": Buffer.alloc(9 << 20, "0") }),
  });
  expect((await errorOf(packFrom(folder, "bomb.zip"))).message).toMatch(/unknown binary kind/);
  const error = await errorOf(packFrom(folder, "lines.zip"));
  expect(error.issues[0]?.message).toBe("found no line end, expected rows");
});
