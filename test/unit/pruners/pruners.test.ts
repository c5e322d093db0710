import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PRUNERS } from "../../../src/pruners/index.ts";
import { hyperband } from "../../../src/pruners/hyperband.ts";
import { median } from "../../../src/pruners/median.ts";
import { PRUNER_KEYS, type PrunerKeys } from "../../../src/pruners/pruner.ts";
import { successiveHalving } from "../../../src/pruners/successive-halving.ts";

const KEYS: PrunerKeys = { minResource: 1, reductionFactor: 3 };
const keys = fc.record({
  minResource: fc.integer({ min: PRUNER_KEYS.minResource.low, max: 30 }),
  reductionFactor: fc.integer({ min: PRUNER_KEYS.reductionFactor.low, max: 10 }),
});
const losses = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { maxLength: 40 });

describe.each(Object.entries(PRUNERS))("%s", (_, pruner) => {
  test("compares at ascending steps before the last", () => {
    fc.assert(
      fc.property(keys, fc.nat(1000), fc.integer({ min: 1, max: 200 }), (own, at, most) => {
        const { rungs } = pruner.ladderOf(own, at + 1, most);
        expect(rungs.every((rung, place) => rung > (rungs[place - 1] ?? 0) && rung < most)).toBe(
          true,
        );
      }),
    );
  });

  test("never stops the best, nor the first to come; a better loss never does worse", () => {
    fc.assert(
      fc.property(
        keys,
        losses,
        fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
        (own, others, loss) => {
          const best = Math.min(...others, loss);
          expect(pruner.judge(own, best, others).goesOn).toBe(true);
          expect(pruner.judge(own, loss, []).goesOn).toBe(true);
          const { goesOn, rank, of } = pruner.judge(own, loss, others);
          expect(of).toBe(others.length + 1);
          expect(rank).toBe(1 + others.filter((other) => other < loss).length);
          const better = pruner.judge(own, loss - Math.abs(loss) / 2 - 1, others);
          expect(goesOn && !better.goesOn).toBe(false);
        },
      ),
    );
  });

  test("does not depend on the order in which others came", () => {
    fc.assert(
      fc.property(keys, losses, (own, others) => {
        const told = pruner.judge(own, 0, others);
        expect(pruner.judge(own, 0, others.toReversed())).toEqual(told);
      }),
    );
  });

  test("stops one that tells no number as soon as it can be held against others", () => {
    expect(pruner.judge(KEYS, NaN, [1, 2, 3, 4, 5, 6, 7, 8]).goesOn).toBe(false);
  });
});

describe("successive halving", () => {
  test("has rungs at 1, 3 and 9 of 27 steps; of nine that come to one, in any order, at least three go on", () => {
    expect(successiveHalving.ladderOf(KEYS, 1, 27).rungs).toEqual([1, 3, 9]);
    expect(successiveHalving.ladderOf({ minResource: 2, reductionFactor: 4 }, 1, 20).rungs).toEqual(
      [2, 8],
    );
    const others = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(successiveHalving.judge(KEYS, 2.5, others)).toEqual({
      goesOn: true,
      rank: 3,
      of: 9,
      cut: 2.5,
    });
    expect(successiveHalving.judge(KEYS, 3.5, others)).toEqual({
      goesOn: false,
      rank: 4,
      of: 9,
      cut: 3,
    });
    expect(successiveHalving.judge(KEYS, 3, others).goesOn).toBe(true);
  });
});

describe("hyperband", () => {
  test("deals trials out so that each bracket trains about as many steps", () => {
    // sMax = 3 of 27 steps: 27, 12, 6 and 4 trials, as in the paper's table.
    const brackets = Array.from({ length: 49 }, (_, at) => hyperband.ladderOf(KEYS, at + 1, 27));
    const counts = [0, 1, 2, 3].map(
      (each) => brackets.filter(({ bracket }) => bracket === each).length,
    );
    expect(counts).toEqual([27, 12, 6, 4]);
    const first = Array.from(
      { length: 10 },
      (_, at) => hyperband.ladderOf(KEYS, at + 1, 27).bracket,
    );
    expect(new Set(first).size).toBe(4);
    expect(brackets.find(({ bracket }) => bracket === 2)?.rungs).toEqual([9]);
    expect(hyperband.ladderOf(KEYS, 50, 27)).toEqual(brackets[0]);
  });
});

describe("median", () => {
  test("lets the better half go on, at every so many steps, once five have come", () => {
    expect(median.ladderOf({ minResource: 4, reductionFactor: 3 }, 1, 12).rungs).toEqual([4, 8]);
    expect(median.judge(KEYS, 9, [1, 2, 3, 4]).goesOn).toBe(true);
    expect(median.judge(KEYS, 9, [1, 2, 3, 4, 5]).goesOn).toBe(false);
    expect(median.judge(KEYS, 2.5, [1, 2, 3, 4, 5]).goesOn).toBe(true);
  });
});
