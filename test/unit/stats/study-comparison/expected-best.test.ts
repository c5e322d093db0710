import { describe, expect, test } from "vitest";
import { randomFor, type RandomSource, shuffle } from "../../../../src/core/random.ts";
import {
  compareAtEqualCost,
  type Draw,
  type EqualCost,
} from "../../../../src/stats/study-comparison/expected-best.ts";

const draw = (score: number | null, cost = 1): Draw => ({ score, cost });

const last = (compared: readonly EqualCost[]): EqualCost => {
  const found = compared.at(-1);
  if (found === undefined) throw new Error("nothing was compared");
  return found;
};

describe("the expected best of draws", () => {
  test("is that of Dodge et al.: the maximum of n draws with replacement", () => {
    const scores = [0.1, 0.4, 0.5, 0.9];
    const compared = compareAtEqualCost(
      scores.map((score) => draw(score)),
      scores.map((score) => draw(score)),
    );
    // By hand, over all 4 ** n sequences.
    const expected = (n: number): number => {
      const all = Array.from({ length: 4 ** n }, (_, code) =>
        Math.max(
          ...Array.from({ length: n }, (_, at) => scores[Math.floor(code / 4 ** at) % 4] ?? 0),
        ),
      );
      return all.reduce((sum, each) => sum + each, 0) / all.length;
    };
    expect(compared.map(({ budget }) => budget)).toEqual([0.25, 0.5, 1, 2, 4]);
    expect(compared.map(({ a }) => a?.value ?? null)).toEqual([
      ...[null, null, expect.closeTo(expected(1), 12) as number],
      ...[expect.closeTo(expected(2), 12) as number, expect.closeTo(expected(4), 12) as number],
    ]);
  });

  test("is of fewer draws where each costs more, and draws that came to nothing cost too", () => {
    const cheap = [draw(0), draw(1)];
    const dear = [draw(0, 2), draw(1, 2)];
    const { budget, a, b, difference } = last(compareAtEqualCost(cheap, dear));
    // Two draws against one.
    expect([budget, a?.value, b?.value, difference?.value]).toEqual([2, 0.75, 0.5, -0.25]);
    const failing = [draw(0), draw(1), draw(null), draw(null)];
    const failed = last(compareAtEqualCost(failing, failing));
    // Of four draws, given that one has a score: 1 unless none is the better one, in 1 - 0.75^4 of 1 - 0.5^4.
    expect(failed.a?.value).toBeCloseTo((1 - 0.75 ** 4) / (1 - 0.5 ** 4), 12);
  });

  test("is nothing where one of them has nothing to show, or nothing cost anything", () => {
    expect(compareAtEqualCost([], [draw(1)])).toEqual([]);
    expect(compareAtEqualCost([draw(null)], [draw(1)])).toEqual([]);
    expect(compareAtEqualCost([draw(1, 0)], [draw(1)])).toEqual([]);
    expect(compareAtEqualCost([draw(1, 1e308), draw(1, 1e308)], [draw(1, Infinity)])).toEqual([]);
  });

  test("survives one draw, equal draws and large numbers", () => {
    const one = last(compareAtEqualCost([draw(3)], [draw(5)]));
    expect(one).toMatchObject({ a: { value: 3 }, b: { value: 5 }, difference: { value: 2 } });
    // One against one, every permutation is as far apart.
    expect(one.difference?.low).toBe(0);
    const equal = last(compareAtEqualCost([draw(7), draw(7)], [draw(7), draw(7)]));
    expect(equal.difference).toEqual({ value: 0, low: 0, high: 0 });
    const large = last(compareAtEqualCost([draw(1e300), draw(-1e300)], [draw(1e300), draw(1e300)]));
    expect(large.b?.value).toBe(1e300);
  });
});

test("neither the order of draws nor a second look changes a byte", () => {
  const random = randomFor(3, "order");
  const make = (): Draw[] =>
    Array.from({ length: 40 }, () =>
      draw(Math.round(random.next() * 10), 1 + random.nextInteger(3)),
    );
  const [a, b] = [make(), make()];
  const text = JSON.stringify(compareAtEqualCost(a, b));
  const mixed = (draws: readonly Draw[]): Draw[] =>
    shuffle(Array.from(draws.keys()), random).flatMap((place) => draws[place] ?? []);
  expect(JSON.stringify(compareAtEqualCost(mixed(a), mixed(b)))).toBe(text);
});

describe("simulated studies whose truth is known", () => {
  const study = (random: RandomSource, size: number, shift: number): Draw[] =>
    Array.from({ length: size }, () => {
      const score = 1 - random.next() ** 2 / 2 + (random.next() - 0.5) / 100 + shift;
      return draw(random.next() < 0.05 ? null : score, 50 + 100 * random.next());
    });
  const claims = (repeats: number, shift: number): number => {
    const random = randomFor(11, `simulation ${shift}`);
    let claimed = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const { difference } = last(
        compareAtEqualCost(study(random, 16, 0), study(random, 16, shift)),
      );
      if (difference !== null && (difference.low > 0 || difference.high < 0)) claimed += 1;
    }
    return claimed / repeats;
  };

  test("of one kind: a difference is claimed about as seldom as is said, 5 in 100", () => {
    // Of 120, more than 13 would be claimed in 2 of 1,000 times.
    expect(claims(120, 0)).toBeLessThanOrEqual(13 / 120);
  }, 120_000);

  test("of two kinds: it is found", () => {
    expect(claims(30, 0.2)).toBeGreaterThan(0.9);
  }, 120_000);
});
