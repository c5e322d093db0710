import { expect, test } from "vitest";
import { randomFor } from "../../../src/core/random.ts";
import { measureImportance as measure } from "../../../src/stats/importance.ts";

const measureImportance = (objectives: readonly number[], groupings: readonly Int32Array[]) =>
  measure(Float64Array.from(objectives), groupings);

const PLANT_GROWTH = [
  [4.17, 5.58, 5.18, 6.11, 4.5, 4.61, 5.17, 4.53, 5.33, 5.14],
  [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69],
  [6.31, 5.12, 5.54, 5.5, 5.37, 5.29, 4.92, 6.15, 5.8, 5.26],
];

// R's PlantGrowth: aov(weight ~ group): 3.76634 on 2 degrees of freedom, 10.49209 on 27; p = 0.0159.
test("epsilon squared of PlantGrowth", () => {
  const groups = PLANT_GROWTH.flatMap((values, group) => values.map(() => group));
  const [found] = measureImportance(PLANT_GROWTH.flat(), [Int32Array.from(groups)]);
  const total = (3.76634 + 10.49209) / 29;
  expect(found?.share).toBeCloseTo(1 - 10.49209 / 27 / total, 5);
  expect(found?.isBeyondChance).toBe(true);
});

test("a trial that went astray says nothing of a parameter that it does not have", () => {
  const groups = PLANT_GROWTH.flatMap((values, group) => values.map(() => group));
  const [alone] = measureImportance(PLANT_GROWTH.flat(), [Int32Array.from(groups)]);
  const [beside] = measureImportance(
    [...PLANT_GROWTH.flat(), 1e20],
    [Int32Array.from([...groups, -1])],
  );
  expect(beside?.share).toBe(alone?.share);
  const [far] = measureImportance(
    PLANT_GROWTH.flat().map((value) => value + 1e6),
    [Int32Array.from(groups)],
  );
  expect(far?.share).toBeCloseTo(alone?.share ?? NaN, 6);
});

test("an effect of two values comes before noise of ten, which chance explains", () => {
  const noise = randomFor(1, "noise");
  const levels = Array.from({ length: 20 }, (_, row) => row % 10);
  const effects = levels.map((_, row) => Number(row >= 10));
  const objectives = effects.map((effect) => effect + noise.next());
  const [ten, two] = measureImportance(objectives, [
    Int32Array.from(levels),
    Int32Array.from(effects),
  ]);
  expect(two?.share).toBeGreaterThan(0.5);
  expect(two?.isBeyondChance).toBe(true);
  expect(ten?.share).toBeLessThan(0.4);
  expect(ten?.isBeyondChance).toBe(false);
});

test("of studies of noise alone, about one in twenty shows a parameter beyond chance", () => {
  const random = randomFor(2, "studies");
  const studies = 400;
  let beyond = 0;
  for (let study = 0; study < studies; study++) {
    const objectives = Array.from({ length: 30 }, () => random.next());
    const groupings = [2, 3, 10].map((values) =>
      Int32Array.from(objectives, () => random.nextInteger(values)),
    );
    if (measureImportance(objectives, groupings).some((found) => found?.isBeyondChance === true))
      beyond++;
  }
  // Binomial(400, 0.05): 20, standard deviation 4.4.
  expect(beyond).toBeGreaterThan(20 - 4 * 4.4);
  expect(beyond).toBeLessThan(20 + 4 * 4.4);
});

test.each([
  ["one group", [0, 0, 0, 0]],
  ["a group for each row", [0, 1, 2, 3]],
  ["no row has the parameter", [-1, -1, -1, -1]],
])("nothing is told: %s", (_, groups) => {
  expect(measureImportance([1, 2, 3, 4], [Int32Array.from(groups)])).toEqual([null]);
});

test("nothing is told when nothing varies", () => {
  expect(measureImportance([2, 2, 2, 2], [Int32Array.of(0, 0, 1, 1)])).toEqual([null]);
});

test("a group that says all has the whole variance", () => {
  const [found] = measureImportance([1, 1, 5, 5], [Int32Array.of(0, 0, 1, 1)]);
  expect(found?.share).toBe(1);
});

test("numbers whose squares overflow are measured all the same", () => {
  const values = [1, 1.5, 5, 5.25, 9];
  const groups = [Int32Array.of(0, 0, 1, 1, 1)];
  const [plain] = measureImportance(values, groups);
  const [wild] = measureImportance(
    values.map((value) => value * 1e307),
    groups,
  );
  expect(wild?.share).toBeCloseTo(plain?.share ?? NaN, 12);
});

test("many rows, which are turned instead of shuffled: chance explains noise, and not an effect", () => {
  const noise = randomFor(3, "noise");
  const rows = Array.from({ length: 12_000 }, (_, row) => row);
  const found = [0, 0.1].map((effect) =>
    measureImportance(
      rows.map((row) => noise.next() + (row % 2) * effect),
      [Int32Array.from(rows, (row) => row % 2), Int32Array.from(rows, (row) => row % 7)],
    ).map((each) => each?.isBeyondChance),
  );
  expect(found).toEqual([
    [false, false],
    [true, false],
  ]);
});

test("of large studies of noise alone, about one in twenty shows a parameter beyond chance", () => {
  const random = randomFor(4, "studies");
  const studies = 50;
  let beyond = 0;
  for (let study = 0; study < studies; study++) {
    const objectives = Array.from({ length: 10_000 }, () => random.next());
    const groupings = [2, 10].map((values) =>
      Int32Array.from(objectives, () => random.nextInteger(values)),
    );
    if (measureImportance(objectives, groupings).some((each) => each?.isBeyondChance)) beyond++;
  }
  // Binomial(50, 0.05): 2.5, standard deviation 1.5.
  expect(beyond).toBeLessThan(2.5 + 4 * 1.5);
  expect(beyond).toBeGreaterThan(0);
});
