import { expect, test } from "vitest";
import type { Known } from "../../../../src/samplers/history.ts";
import { rankTargets } from "../../../../src/samplers/gp/targets.ts";

const of = (...outcomes: Known["outcomes"]): Known => ({ key: "", params: {}, outcomes });
const whole = (loss: number) => ({ loss, share: 1 });

test("ranks as normal quantiles, whatever the scale; what failed is last", () => {
  const known = [of(whole(1e9)), of(whole(-3)), of(whole(0)), of(whole(Infinity))];
  const [third, first, second, last] = rankTargets(known).map(({ value }) => value);
  // R 4: qnorm(c(1, 3, 5, 7) / 8).
  for (const [found, expected] of [
    [first, -1.1503494],
    [second, -0.3186394],
    [third, 0.3186394],
    [last, 1.1503494],
  ] as const)
    expect(found).toBeCloseTo(expected, 5);
});

test("equal losses are equal, and nothing is told by one alone", () => {
  expect(rankTargets([of(whole(2)), of(whole(2))]).map(({ value }) => value)).toEqual([0, 0]);
});

test("replicates: their mean, and less noise", () => {
  const [both, one] = rankTargets([of(whole(1), whole(3)), of(whole(2))]);
  expect(both?.value).toBeCloseTo(0, 9);
  expect(one?.value).toBeCloseTo(0, 9);
  expect([both?.noise, one?.noise]).toEqual([0.5, 1]);
});

test("a trial that was stopped early is no better than the middle, and the less sure the earlier", () => {
  const [early, late, good] = rankTargets([
    of({ loss: 1, share: 0.1 }),
    of({ loss: 9, share: 0.5 }),
    of(whole(2)),
  ]);
  expect(early?.value).toBe(0);
  expect(late?.value).toBeGreaterThan(0.5);
  expect([early?.noise, late?.noise, good?.noise]).toEqual([10, 2, 1]);
});

test("where a stopped trial stood goes before its loss, and the whole ones lie around it", () => {
  const stopped = (quantile: number) => of({ loss: -1e6, share: 0.5, quantile });
  const known = [stopped(0.9), stopped(0.6), of(whole(3)), of(whole(1)), of(whole(2))];
  const values = rankTargets(known).map(({ value }) => value);
  // R 4: qnorm(c(9, 7, 5, 1, 3) / 10).
  for (const [at, expected] of [1.2815516, 0.5244005, 0, -1.2815516, -0.5244005].entries())
    expect(values[at]).toBeCloseTo(expected, 5);
});

test("what failed is behind what was stopped", () => {
  const [failed, stopped] = rankTargets([
    of(whole(Infinity)),
    of({ loss: Infinity, share: 0.1, quantile: 0.95 }),
    of(whole(1)),
  ]);
  expect(failed?.value).toBeGreaterThan(stopped?.value ?? NaN);
});
