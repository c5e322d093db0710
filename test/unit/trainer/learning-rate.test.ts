import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CnnParameters, resolveCnnParameters } from "../../../src/cnn/parameters.ts";
import type { Progress } from "../../../src/formats/training-progress.ts";
import { learningRateAt, observePlateau } from "../../../src/trainer/learning-rate.ts";

const FRESH: Progress["plateau"] = { scale: 1, bestLoss: null, waited: 0 };

/** The learning rates after so many epochs of `total`. */
function ratesOf(
  changes: Partial<CnnParameters>,
  epochs: readonly number[],
  total = 10,
  plateau = FRESH,
): number[] {
  const params = resolveCnnParameters({ learningRate: 0.2, ...changes });
  return epochs.map((passed) => learningRateAt(params, passed, total, plateau));
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [at, value] of expected.entries()) expect(actual[at]).toBeCloseTo(value, 12);
}

describe("learningRateAt", () => {
  test("constant", () => {
    expect(ratesOf({}, [0, 3.5, 9.99])).toEqual([0.2, 0.2, 0.2]);
  });

  test("step: decays at the beginning of every decayEpochs-th epoch, not within one", () => {
    const changes = { learningRateSchedule: "step", decayEpochs: 3, decayFactor: 0.1 } as const;
    expectClose(ratesOf(changes, [0, 2.99, 3, 5.99, 6, 9]), [0.2, 0.2, 0.02, 0.02, 0.002, 0.0002]);
  });

  test("cosine: half way down at half time, 0 at the end", () => {
    const changes = { learningRateSchedule: "cosine" } as const;
    const third = 0.1 * (1 + Math.cos(Math.PI / 4));
    expectClose(ratesOf(changes, [0, 2.5, 5, 10]), [0.2, third, 0.1, 0]);
  });

  test("one-cycle: up from a 25th in 0.3 of the time, down to a 10,000th", () => {
    const changes = { learningRateSchedule: "one-cycle" } as const;
    expectClose(ratesOf(changes, [0, 1.5, 3, 6.5, 10]), [
      0.008,
      0.104,
      0.2,
      (0.2 + 0.00002) / 2,
      0.00002,
    ]);
    // It has a rise of its own.
    const warmed = ratesOf({ ...changes, warmupEpochs: 5 }, [0, 1.5, 3]);
    expect(warmed).toEqual(ratesOf(changes, [0, 1.5, 3]));
  });

  test("plateau: what the losses have made of it", () => {
    const changes = { learningRateSchedule: "plateau" } as const;
    expect(ratesOf(changes, [0, 7], 10, { ...FRESH, scale: 0.25 })).toEqual([0.05, 0.05]);
    expect(ratesOf({}, [0, 7], 10, { ...FRESH, scale: 0.25 })).toEqual([0.2, 0.2]);
  });

  test("a warm-up rises linearly from 0, before any decay of a cosine", () => {
    expectClose(ratesOf({ warmupEpochs: 2 }, [0, 0.5, 1, 2, 3]), [0, 0.05, 0.1, 0.2, 0.2]);
    const cosine = { warmupEpochs: 2, learningRateSchedule: "cosine" } as const;
    expectClose(ratesOf(cosine, [0, 1, 2, 6, 10]), [0, 0.1, 0.2, 0.1, 0]);
  });

  test.each([10, 40])(
    "a warm-up of %i epochs, as long as the training or longer, only rises",
    (warmupEpochs) => {
      for (const learningRateSchedule of ["constant", "cosine"] as const)
        expectClose(ratesOf({ warmupEpochs, learningRateSchedule }, [0, 5, 10]), [
          0,
          (0.2 * 5) / warmupEpochs,
          (0.2 * 10) / warmupEpochs,
        ]);
    },
  );

  const schedules = ["constant", "step", "cosine", "one-cycle", "plateau"] as const;

  test("whatever the parameters, it lies between 0 and learningRate, and decays alone make it jump", () => {
    const cases = fc.record({
      learningRateSchedule: fc.constantFrom(...schedules),
      warmupEpochs: fc.double({ min: 0, max: 30, noNaN: true }),
      decayEpochs: fc.integer({ min: 1, max: 10 }),
      decayFactor: fc.double({ min: 0.01, max: 1, noNaN: true }),
      total: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(cases, ({ total, ...changes }) => {
        const steps = Array.from({ length: 200 * total + 1 }, (_, step) => step / 200);
        const rates = ratesOf(changes, steps, total);
        // One expectation for all: there are thousands, and each costs more than a rate.
        expect(Math.min(...rates)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...rates)).toBeLessThanOrEqual(0.2 * (1 + 1e-12));
        if (changes.learningRateSchedule === "step") return;
        // Steepest is a warm-up of a step or less, left out here.
        if (changes.warmupEpochs > 0 && changes.warmupEpochs < 0.1) return;
        const jumps = rates.slice(1).map((rate, at) => Math.abs(rate - (rates[at] ?? NaN)));
        expect(Math.max(...jumps)).toBeLessThan(0.2 * 0.06);
      }),
      { numRuns: 60 },
    );
  });
});

describe("observePlateau", () => {
  const params = resolveCnnParameters({
    learningRateSchedule: "plateau",
    decayEpochs: 2,
    decayFactor: 0.5,
  });

  function scalesAfter(losses: readonly number[]): number[] {
    let state = FRESH;
    return losses.map((loss) => (state = observePlateau(params, state, loss)).scale);
  }

  test("decays after decayEpochs without a better loss, and counts anew", () => {
    expect(scalesAfter([3, 3, 4, 3, 3, 2, 3])).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25, 0.25]);
  });

  test("a better loss starts the count anew", () => {
    expect(scalesAfter([3, 4, 2, 4, 1, 4, 4])).toEqual([1, 1, 1, 1, 1, 1, 0.5]);
  });
});
