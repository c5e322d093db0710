import fc from "fast-check";
import { expect, test } from "vitest";
import { BestSoFar, isBetter } from "../../../src/stats/best-so-far.ts";
import { bestOf, rankTrials } from "../../../src/stats/rank.ts";
import { makeOutcome, tableOf } from "../../support/outcomes.ts";

const trial = fc.record({
  x: fc.nat({ max: 3 }),
  epochs: fc.integer({ min: 1, max: 2 }),
  value: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(null)),
  size: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(NaN)),
});

test.each(["maximize", "minimize"] as const)(
  "after each result it is what the ranking says: %s",
  (direction) => {
    fc.assert(
      fc.property(fc.array(trial, { maxLength: 12 }), (trials) => {
        const goals = {
          objective: { metric: "v", direction },
          requirements: [{ metric: "size", atMost: 6 }],
        };
        const best = new BestSoFar(goals);
        const outcomes = trials.map(({ x, epochs, value, size }, place) =>
          makeOutcome(place + 1, 0, {
            ...{ params: { x }, epochs },
            ...(value === null
              ? { state: "failed", metrics: {} }
              : { metrics: { v: value, ...(Number.isNaN(size) ? {} : { size }) } }),
          }),
        );
        for (const [place, { x, epochs, value, size }] of trials.entries()) {
          best.add(`${x} ${epochs}`, value, [size]);
          const seen = tableOf(outcomes.slice(0, place + 1));
          const first = bestOf(rankTrials(seen, goals));
          if (first === undefined) expect(best.value).toBeUndefined();
          else expect(best.value).toBeCloseTo(first.objective, 12);
        }
      }),
    );
  },
);

test("better is higher or lower, never equal", () => {
  expect([
    isBetter(2, 1, { direction: "maximize" }),
    isBetter(2, 1, { direction: "minimize" }),
  ]).toEqual([true, false]);
  expect([
    isBetter(1, 1, { direction: "maximize" }),
    isBetter(1, 1, { direction: "minimize" }),
  ]).toEqual([false, false]);
});
