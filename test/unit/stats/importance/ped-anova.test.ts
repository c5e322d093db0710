import { expect, test } from "vitest";
import { measurePedAnova } from "../../../../src/stats/importance/ped-anova.ts";
import { drawNormal, drawRows, list, real } from "../../../support/searched-rows.ts";

/** On a machine with much other work, simulations take their time. */
const SIMULATION_MS = 90_000;

const SPACE = { a: list(1, 2, 3, 4), b: list("x", "y"), c: real(0, 1), d: real(0, 1) };

test.each(["maximize", "minimize"] as const)(
  "what leads to the best tenth comes first: %s",
  (direction) => {
    const sign = direction === "maximize" ? 1 : -1;
    const rows = drawRows(
      1000,
      SPACE,
      ({ b, c = 0 }, random) =>
        sign * (0.3 * Number(String(b) === "y") - (c - 0.8) ** 2 + 0.02 * drawNormal(random)),
    );
    const found = measurePedAnova(rows.parameters, rows.objectives, direction);
    const [a, b, c, d] = found;
    expect(found.map(({ isBeyondChance }) => isBeyondChance)).toEqual([false, true, true, false]);
    expect(c?.share).toBeGreaterThan(b?.share ?? 1);
    expect(b?.share).toBeGreaterThan(5 * (d?.share ?? 1));
    expect(b?.share).toBeGreaterThan(5 * (a?.share ?? 1));
    expect(found.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  },
);

test(
  "of studies of noise alone, about one in forty shows a parameter beyond chance",
  () => {
    const studies = 200;
    let beyond = 0;
    for (let study = 0; study < studies; study++) {
      const rows = drawRows(
        40,
        { a: list(1, 2), b: list("x", "y", "z"), c: list(1, 2, 3, 4, 5, 6) },
        (_, random) => random.next(),
        study,
      );
      if (
        measurePedAnova(rows.parameters, rows.objectives, "maximize").some(
          ({ isBeyondChance }) => isBeyondChance,
        )
      )
        beyond++;
    }
    // Binomial(200, 0.025): 5, standard deviation 2.2; divergences of four rows are often equal, which makes fewer.
    expect(beyond).toBeGreaterThan(0);
    expect(beyond).toBeLessThanOrEqual(5 + 4 * 2.2);
  },
  SIMULATION_MS,
);

test(
  "95 % intervals hold the share that very many rows show",
  () => {
    const objective = ({ a = 0, c = 0 }): number => 0.1 * a + c;
    const many = drawRows(10_000, SPACE, objective, 99);
    const truth = measurePedAnova(many.parameters, many.objectives, "maximize");
    const studies = Array.from({ length: 12 }, (_, seed) => {
      const rows = drawRows(150, SPACE, objective, seed);
      return measurePedAnova(rows.parameters, rows.objectives, "maximize");
    });
    for (const at of [0, 2]) {
      const holding = studies.filter((found) => {
        const { low = 1, high = 0 } = found[at]?.interval ?? {};
        const share = truth[at]?.share ?? NaN;
        return low <= share && share <= high;
      });
      // Bootstraps add noise that draws shares together a little.
      expect(holding.length).toBeGreaterThanOrEqual(9);
    }
  },
  SIMULATION_MS,
);
