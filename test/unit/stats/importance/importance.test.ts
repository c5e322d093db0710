import { expect, test } from "vitest";
import { measureImportance } from "../../../../src/stats/importance/importance.ts";
import { drawRows, list } from "../../../support/searched-rows.ts";

const SPACE = { a: list(1, 2), b: list("x", "y", "z"), c: list(1, 2, 3, 4, 5, 6) };

test("where nothing matters, one study in twenty shows a parameter beyond chance", () => {
  const studies = 150;
  let beyond = 0;
  for (let study = 0; study < studies; study++) {
    const rows = drawRows(40, SPACE, (_, random) => random.next(), study);
    const found = measureImportance(rows.parameters, rows.objectives, "maximize");
    if (found?.parameters.some(({ isBeyondChance }) => isBeyondChance)) beyond++;
  }
  // Binomial(150, 0.05): 7.5, standard deviation 2.7; what both methods find counts once.
  expect(beyond).toBeGreaterThan(0);
  expect(beyond).toBeLessThanOrEqual(7.5 + 4 * 2.7);
}, 60_000);

test("a few rows show what decides, by its share of the variance", () => {
  const rows = drawRows(24, SPACE, ({ a = 0 }, random) => 3 * a + random.next());
  const [a, b, c] =
    measureImportance(rows.parameters, rows.objectives, "minimize")?.parameters ?? [];
  expect(a?.isBeyondChance).toBe(true);
  expect(a?.variance.share).toBeGreaterThan(0.7);
  expect([b?.isBeyondChance, c?.isBeyondChance]).toEqual([false, false]);
});

test("pairs come by their share", () => {
  const rows = drawRows(600, SPACE, ({ a = 0, b }, random) =>
    (a === 1) === (String(b) === "x") ? 1 : 0.1 * random.next(),
  );
  const pairs = measureImportance(rows.parameters, rows.objectives, "maximize")?.pairs ?? [];
  expect(pairs[0]).toMatchObject({ names: ["a", "b"], isBeyondChance: true });
  expect(pairs.map(({ share }) => share)).toEqual(
    pairs.map(({ share }) => share).sort((x, y) => y - x),
  );
});

test("too few rows, or rows that are all alike, tell nothing", () => {
  const rows = drawRows(3, SPACE, (_, random) => random.next());
  expect(measureImportance(rows.parameters, rows.objectives, "maximize")).toBeNull();
  const alike = drawRows(40, SPACE, () => 1);
  expect(measureImportance(alike.parameters, alike.objectives, "maximize")).toBeNull();
});
