import { expect, test } from "vitest";
import type { DatasetHeader } from "../../../src/core/dataset.ts";
import {
  explainMisfit,
  judgeDataset,
  judgeTest,
  judgeTraining,
} from "../../../src/core/dataset-sanity.ts";

const PACKED = { file: "x.bin", bytes: 1, sha256: "0".repeat(64) };

/** A sample that is all of these rows: numbers as hashes. */
const seen = (rows: readonly number[], brightest = 255) => ({
  ...{ darkest: 0, brightest },
  rows: rows.map((row) => String(row).padStart(10, "0")).join(""),
});

function header(classCounts: readonly number[], other: Partial<DatasetHeader> = {}): DatasetHeader {
  const count = classCounts.reduce((sum, rows) => sum + rows, 0);
  return {
    ...{ schemaVersion: 1, count, height: 4, width: 4, channels: 1 },
    ...{ classes: classCounts.length, classCounts, images: PACKED, labels: PACKED },
    ...{ digest: `sha256:${classCounts.join("-")}`, seen: seen([1, 2, 3]), ...other },
  };
}

const TENS = Array.from({ length: 10 }, () => 20);

test.each<[string, DatasetHeader, string[]]>([
  ["what is in order", header(TENS), []],
  [
    "classes with names and without rows",
    header([20, 0, 20, 0], { classNames: ["ant", "b\nee", "cow", "dog"] }),
    ["no row is of class b\\u000aee, dog: no trial can learn it"],
  ],
  ["an old header, which tells less", header(TENS, { seen: undefined }), []],
  ["classes asked for that do not occur yet", header([20, 20, 0, 0]), []],
  [
    "labels from 1",
    header([0, ...TENS]),
    [
      "no row is of class 0, and yet networks get 11 outputs, for labels up to 10: number labels from 0 without gaps",
    ],
  ],
  [
    "one label far above the others",
    header([...TENS, ...Array.from({ length: 190 }, () => 0), 1]),
    [
      "no row is of class 10-199, and yet networks get 201 outputs, for labels up to 200: correct 1 label of 200, or number them without gaps",
    ],
  ],
  ["one class", header([0, 50]), ["every row is of class 1: there is nothing to tell apart"]],
  [
    "pixels 0 .. 16",
    header(TENS, { seen: seen([1], 16) }),
    [
      "pixels are 0 to 16 of 255: networks see nearly black images; scale them to 0 .. 255 (bsweep prepare --from ... --scale)",
    ],
  ],
  ["half the range", header(TENS, { seen: seen([1], 128) }), []],
  ["blank images", header(TENS, { seen: seen([1], 0) }), ["every pixel is 0: images show nothing"]],
  ["one row", header([0, 1]), ["there is one row only"]],
  ["rows to be predicted", header([], { count: 9, classes: 0, labels: null }), []],
])("of any data set, %s", (_, dataset, expected) => {
  expect(judgeDataset(dataset)).toEqual(expected);
});

test.each<[string, DatasetHeader, number, string[]]>([
  ["what is in order", header(TENS), 0.1, []],
  [
    "a class with fewer rows than the hold-out needs",
    header([50, 9, 10, 3]),
    0.1,
    ["class 1 has 9 rows, class 3 has 3 rows: a hold-out of 0.1 needs 10 to hold one of them"],
  ],
  ["the same with a larger hold-out", header([50, 9, 10, 4]), 0.3, []],
  [
    "many such classes",
    header([50, 1, 1, 1, 1, 1, 1, 1]),
    0.1,
    [
      "class 1 has 1 row, class 2 has 1 row, class 3 has 1 row, class 4 has 1 row, class 5 has 1 row, and 2 more classes as few: a hold-out of 0.1 needs 10 to hold one of them",
    ],
  ],
  [
    "classes without a row",
    header([20, 20, 0, 0]),
    0.1,
    ["no row is of class 2-3: no trial can learn it"],
  ],
  [
    "one row",
    header([0, 1]),
    0.1,
    ["there is one row only", "the hold-out takes that row, and none is left to train on"],
  ],
])("of a training set, %s", (_, dataset, holdout, expected) => {
  expect(judgeTraining(dataset, holdout)).toEqual(expected);
});

const TRAIN = header([40, 40], { seen: seen([1, 2, 3, 4, 5, 6, 7, 8]) });
const fresh = { seen: seen([11, 12, 13, 14]) };

test.each<[string, DatasetHeader, string[]]>([
  ["what is in order", header([10, 11], fresh), []],
  ["the training set", TRAIN, ["it is the training set itself: what it tells is no test"]],
  [
    "rows of the training set",
    header([10, 11], { seen: seen([3, 4, 13, 14]) }),
    [
      "about 50 % of its rows are rows of the training set too (2 of 4 rows compared): what it tells is no test",
    ],
  ],
  ["rows that an old header does not tell", header([10, 11], { seen: undefined }), []],
  [
    "another shape",
    header([10, 11], { ...fresh, width: 5 }),
    ["found 4 x 5 x 1 in 2 classes, expected 4 x 4 x 1 in 2: refit refuses it"],
  ],
  [
    "more classes",
    header([10, 10, 10], fresh),
    ["found 4 x 4 x 1 in 3 classes, expected 4 x 4 x 1 in 2: refit refuses it"],
  ],
  [
    "no labels",
    header([], { ...fresh, count: 9, classes: 0, labels: null }),
    ["found no labels, expected those of a test set: refit refuses it"],
  ],
  [
    "classes that are called otherwise",
    header([10, 11], { ...fresh, classNames: ["ant", "b\nee"] }),
    [
      "found class 0 called ant, expected 0 as in the training set (bsweep prepare --from ... --like TRAINING-SET): refit refuses it",
    ],
  ],
  ["fewer classes", header([10], fresh), ["no row is of class 1, which the training set has"]],
  [
    "pixels of another range",
    header([10, 11], { seen: seen([11], 1) }),
    [
      "pixels are 0 to 1 of 255: networks see nearly black images; scale them to 0 .. 255 (bsweep prepare --from ... --scale)",
    ],
  ],
])("of a test set, %s", (_, dataset, expected) => {
  expect(judgeTest(dataset, TRAIN)).toEqual(expected);
});

test("a class that the training set has no row of", () => {
  const train = header([40, 0, 40]);
  expect(judgeTest(header([9, 9, 9], { seen: undefined }), train)).toEqual([
    "rows are of class 1, of which the training set has none",
  ]);
});

test("only rows that both samples reach are compared: the training set's may end before", () => {
  const many = Array.from({ length: 512 }, (_, at) => at * 2);
  const train = header([4000, 4000], { seen: seen(many) });
  const test = header([10, 10], { seen: seen([2, 4, 1025, 2000, 3000]) });
  expect(judgeTest(test, train)).toEqual([
    "about 100 % of its rows are rows of the training set too (2 of 2 rows compared): what it tells is no test",
  ]);
});

test("a test set that fits has nothing to explain", () => {
  expect(explainMisfit(header([9, 9], fresh), TRAIN)).toBeUndefined();
  expect(explainMisfit(header([9], fresh), TRAIN)).toBeUndefined();
});
