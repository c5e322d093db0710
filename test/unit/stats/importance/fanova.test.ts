import { describe, expect, test } from "vitest";
import type { RandomSource } from "../../../../src/core/random.ts";
import type { Distribution } from "../../../../src/core/study.ts";
import { type Fanova, measureFanova } from "../../../../src/stats/importance/fanova.ts";
import { drawNormal, drawRows, list, real, search } from "../../../support/searched-rows.ts";

/** On a machine with much other work, simulations take their time. */
const SIMULATION_MS = 90_000;

function shareOf({ mains, pairs }: Fanova, ...names: readonly string[]) {
  const found = [...mains, ...pairs].find((effect) => effect.names.join() === names.join());
  if (found === undefined) throw new Error(`nothing of ${names.join()}`);
  return found;
}

describe("an additive function whose shares are known", () => {
  const SPACE = {
    list: list(1, 2, 3, 4, 5),
    word: list("p", "q", "r"),
    range: real(0, 1),
    log: real(1e-4, 1, true),
    none: real(-5, 5),
  };
  // Variances: 2 of 1 .. 5; 2/9 k^2 of a word that adds k or nothing; w^2/12 of a range.
  const WORDS: Readonly<Record<string, number>> = { p: 0, q: 3, r: 0 };
  const VARIANCES = { list: 2, word: 2, range: 36 / 12, log: 24 / 12, none: 0 };
  const total = Object.values(VARIANCES).reduce((sum, one) => sum + one, 0);
  const rows = drawRows(1500, SPACE, (row) => {
    const word = WORDS[String(row["word"])] ?? 0;
    const log = (Math.sqrt(24) / 4) * Math.log10(row["log"] ?? 1);
    return (row["list"] ?? 0) + word + 6 * (row["range"] ?? 0) + log;
  });
  const fanova = measureFanova(rows.parameters, rows.objectives);

  test.each(Object.entries(VARIANCES))("%s", (name, variance) => {
    const { share, interval, isBeyondChance } = shareOf(fanova, name);
    expect(Math.abs(share - variance / total)).toBeLessThan(0.03);
    expect(interval.low).toBeLessThanOrEqual(share);
    expect(interval.high).toBeGreaterThanOrEqual(share);
    expect(interval.high - interval.low).toBeLessThan(0.05);
    expect(isBeyondChance).toBe(variance > 0);
  });

  test("no pair explains anything to speak of", () => {
    expect(fanova.pairs).toHaveLength(10);
    for (const { share } of fanova.pairs) expect(share).toBeLessThan(0.01);
  });
});

test.each<[string, Distribution, (value: unknown) => boolean]>([
  ["numbers", list(0, 1), (value) => value === 1],
  ["words", list("a", "b", "c", "d"), (value) => value === "b" || value === "d"],
  ["ranges", real(0, 1), (value) => Number(value) > 0.5],
])("exclusive or of two parameters is the pair's alone: %s", (_, distribution, isSet) => {
  const rows = drawRows(
    400,
    { one: distribution, two: distribution, none: list(1, 2, 3) },
    (row, random) => Number(isSet(row["one"]) !== isSet(row["two"])) + 0.1 * drawNormal(random),
  );
  const fanova = measureFanova(rows.parameters, rows.objectives);
  expect(shareOf(fanova, "one", "two").share).toBeGreaterThan(0.85);
  expect(shareOf(fanova, "one", "two").isBeyondChance).toBe(true);
  for (const { share } of fanova.mains) expect(share).toBeLessThan(0.05);
  expect(shareOf(fanova, "one", "none").isBeyondChance).toBe(false);
});

test(
  "of studies of noise alone, about one in forty shows anything beyond chance",
  () => {
    const studies = 120;
    let beyond = 0;
    for (let study = 0; study < studies; study++) {
      const space = { a: list(1, 2), b: list("x", "y", "z"), c: list(1, 2, 3, 4) };
      const rows = drawRows(16, space, (_, random) => random.next(), study);
      const { mains, pairs } = measureFanova(rows.parameters, rows.objectives);
      if ([...mains, ...pairs].some(({ isBeyondChance }) => isBeyondChance)) beyond++;
    }
    // Binomial(120, 0.025): 3, standard deviation 1.7.
    expect(beyond).toBeGreaterThan(0);
    expect(beyond).toBeLessThanOrEqual(3 + 4 * 1.7);
  },
  SIMULATION_MS,
);

test("a parameter that some rows have is looked at among these", () => {
  const space = { optimizer: list("adam", "sgd"), rate: real(0, 1), momentum: real(0, 1) };
  const drawn = drawRows(500, space, ({ optimizer, rate = 0, momentum = 0 }) =>
    String(optimizer) === "sgd" ? 10 + 2 * momentum + rate : rate,
  );
  const params = drawn.params.map(({ momentum, ...rest }) =>
    rest["optimizer"] === "sgd" ? { ...rest, momentum: momentum ?? 0 } : rest,
  );
  const parameters = search(params, space);
  const having = params.filter((row) => "momentum" in row).length;
  const fanova = measureFanova(parameters, drawn.objectives);
  expect(shareOf(fanova, "optimizer")).toMatchObject({ rows: 500, isBeyondChance: true });
  expect(shareOf(fanova, "optimizer").share).toBeGreaterThan(0.95);
  // Among its rows: 4/12 of (4 + 1)/12.
  expect(shareOf(fanova, "momentum")).toMatchObject({ rows: having, isBeyondChance: true });
  expect(Math.abs(shareOf(fanova, "momentum").share - 0.8)).toBeLessThan(0.04);
  expect(shareOf(fanova, "rate", "momentum").rows).toBe(having);
});

test(
  "intervals hold what many such studies give on average, in about nine of ten",
  () => {
    const space = { a: list(1, 2, 3), b: list(1, 2, 3, 4) };
    const studies = Array.from({ length: 30 }, (_, seed) => {
      const objectiveOf = ({ a = 0, b = 0 }, random: RandomSource): number =>
        a + b / 2 + 0.3 * drawNormal(random);
      const rows = drawRows(60, space, objectiveOf, seed);
      return measureFanova(rows.parameters, rows.objectives).mains;
    });
    for (const at of [0, 1]) {
      const sum = studies.reduce((total, mains) => total + (mains[at]?.share ?? 0), 0);
      const centre = sum / studies.length;
      const holding = studies.filter((mains) => {
        const { low = 1, high = 0 } = mains[at]?.interval ?? {};
        return low <= centre && centre <= high;
      });
      expect(holding.length).toBeGreaterThanOrEqual(24);
      for (const mains of studies) expect(mains[at]?.interval.high).toBeLessThan(1);
    }
  },
  SIMULATION_MS,
);
