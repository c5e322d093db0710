import { expect, test } from "vitest";
import { randomFor } from "../../../../src/core/random.ts";
import { findBeyondChance } from "../../../../src/stats/importance/beyond-chance.ts";

/** Effects of very different spread; the last one, being always 0, is none. */
function drawChance(random = randomFor(1, "chance")): () => Float64Array {
  return () => Float64Array.from([100, 1, 0.01, 0], (spread) => spread * random.next() ** 3);
}

test("where nothing matters, one study in forty shows any effect, small spreads as often as large ones", () => {
  const draw = drawChance();
  const studies = 2000;
  const counts = [0, 0, 0, 0];
  let any = 0;
  for (let study = 0; study < studies; study++) {
    const found = findBeyondChance(draw(), Array.from({ length: 99 }, draw));
    if (found.includes(true)) any++;
    for (const [effect, isBeyond] of found.entries())
      if (isBeyond) counts[effect] = (counts[effect] ?? 0) + 1;
  }
  // Binomial(2000, 0.02), for of 100 two are at most 0.025: 40, standard deviation 6.3.
  expect(any).toBeGreaterThan(40 - 4 * 6.3);
  expect(any).toBeLessThan(40 + 4 * 6.3);
  for (const count of counts.slice(0, 3)) expect(count).toBeGreaterThan(4);
  expect(counts[3]).toBe(0);
});

test("an effect far beyond its own spread stands out beside one with a wide spread", () => {
  const draw = drawChance();
  const permuted = Array.from({ length: 99 }, draw);
  expect(findBeyondChance(Float64Array.of(20, 0.1, 0.1, 0), permuted)).toEqual([
    ...[false, false, true, false],
  ]);
});

test("too few permutations tell nothing", () => {
  const draw = drawChance();
  const observed = Float64Array.of(1e9, 1e9, 1e9, 1e9);
  expect(findBeyondChance(observed, Array.from({ length: 38 }, draw))).not.toContain(true);
  expect(findBeyondChance(observed, [])).not.toContain(true);
  expect(findBeyondChance(new Float64Array(), [])).toEqual([]);
});
