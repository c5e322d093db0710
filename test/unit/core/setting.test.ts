import { expect, test } from "vitest";
import { describeDifferences, hashSetting, type Setting } from "../../../src/core/setting.ts";

const PRESENT: Setting = {
  trainer: { name: "command", revision: 2 },
  precision: "float32",
  datasetDigest: "sha256:0123456789abcdef",
  holdout: { fraction: 0.1, seed: 1 },
};

const OTHERS: readonly (readonly [string, Partial<Setting>, string])[] = [
  ["trainer", { trainer: { name: "bsweep-cnn", revision: 2 } }, "trainer bsweep-cnn"],
  ["version", { trainer: { name: "command", revision: 1 } }, "version 1"],
  ["precision", { precision: "bfloat16" }, "bfloat16"],
  ["data", { datasetDigest: "sha256:fedcba9876543210" }, "data fedcba98"],
  ["no data", { datasetDigest: "" }, "data of the trainer's own"],
  ["fraction", { holdout: { fraction: 0.2, seed: 1 } }, "hold-out 0.2, seed 1"],
  ["number of rows", { rows: 5000 }, "5,000 rows"],
  ["seed", { holdout: { fraction: 0.1, seed: 2 } }, "hold-out 0.1, seed 2"],
];

test.each(OTHERS)("another %s is another setting, and is said", (_, other, words) => {
  const setting = { ...PRESENT, ...other };
  expect(hashSetting(setting)).not.toBe(hashSetting(PRESENT));
  expect(describeDifferences({ hash: "", setting }, PRESENT)).toEqual([words]);
});

test("the hash is of the content: the order of keys and strangers among them change nothing", () => {
  const { trainer, ...others } = PRESENT;
  const turned = { ...others, trainer: { ...trainer, note: "x" }, more: 1 };
  expect(hashSetting(turned)).toBe(hashSetting(PRESENT));
  // Stored with every trial: it may never change.
  expect(hashSetting(PRESENT)).toBe("b20714f4315fa6cb");
});

test("what was not written down counts as the same", () => {
  const { datasetDigest, holdout } = PRESENT;
  expect(describeDifferences({ hash: "", setting: { datasetDigest, holdout } }, PRESENT)).toEqual(
    [],
  );
});

test("all rows differ from some", () => {
  expect(describeDifferences({ hash: "", setting: PRESENT }, { ...PRESENT, rows: 5 })).toEqual([
    "all rows",
  ]);
});
