import { expect, test } from "vitest";
import { randomFor } from "../../../../src/core/random.ts";
import {
  type Comparison,
  isUntold,
  type TieGroup,
} from "../../../../src/stats/comparison/comparison.ts";
import {
  describeTieGroup,
  findTieGroup,
  simplest,
} from "../../../../src/stats/comparison/tie-group.ts";
import {
  drawNoise,
  rankRuns,
  repeatStudies,
  shareOf,
  simulateRanking,
} from "../../../support/simulated-trials.ts";

function find(comparison: Comparison): TieGroup {
  const found = findTieGroup(comparison);
  if (isUntold(found)) throw new Error(found.reason);
  return found;
}

const placesOf = ({ members }: TieGroup) => members.map(({ place }) => place);
const equal = (count: number, value: number) => Array.from({ length: count }, () => value);

/** One study of simulated predictions: whether trial 0 is in, and whether each interval holds. */
function study(simulated: Parameters<typeof simulateRanking>[0]) {
  const { comparison, order, placeOf } = simulateRanking(simulated);
  const group = find(comparison);
  const { accuracies } = simulated;
  const differenceOf = (trial: number): number =>
    (accuracies[trial] ?? 0) - Math.max(...accuracies.filter((_, other) => other !== trial));
  const holds = group.members.every(({ place, difference }) => {
    const truth = differenceOf(order[place] ?? -1);
    return difference !== null && difference.low <= truth && truth <= difference.high;
  });
  return { keepsBest: placesOf(group).includes(placeOf(0)), holds, size: group.members.length };
}

test.each([
  ["independent", { accuracies: equal(10, 0.8), alike: 0 }],
  ["alike, seldom wrong", { accuracies: equal(10, 0.95), alike: 0.8 }],
  ["three seeds each", { accuracies: equal(5, 0.8), replicates: 3, seedSpread: 0.06 }],
])("of equal trials that are %s, any is kept in 95 of 100 studies", (_, simulated) => {
  const studies = repeatStudies(40, (random) => study({ ...simulated, rows: 100, random }));
  expect(shareOf(studies.map(({ keepsBest }) => keepsBest))).toBeGreaterThanOrEqual(0.87);
  expect(shareOf(studies.map(({ holds }) => holds))).toBeGreaterThanOrEqual(0.9);
});

test("without what seeds vary, the best would be lost more often", () => {
  const lost = repeatStudies(20, (random) => {
    const seeds = { replicates: 2, seedSpread: 0.15 };
    const accuracies = equal(5, 0.8);
    return !study({ accuracies, ...seeds, rows: 200, random }).keepsBest;
  });
  expect(shareOf(lost)).toBeLessThanOrEqual(0.15);
});

test("what is clearly worse is out, and the intervals tell by how much", () => {
  const accuracies = [0.95, ...equal(20, 0.8)];
  const studies = repeatStudies(10, (random) => study({ accuracies, rows: 400, random }));
  expect(studies.every(({ keepsBest, size }) => keepsBest && size === 1)).toBe(true);
  expect(shareOf(studies.map(({ holds }) => holds))).toBeGreaterThanOrEqual(0.8);
});

test("only what is near the best is read, once", () => {
  const accuracies = [...equal(3, 0.95), ...equal(40, 0.3)];
  const { comparison } = simulateRanking({ accuracies, rows: 500, random: randomFor(1, "read") });
  const read: number[] = [];
  const holdout = comparison.holdout ?? { labels: new Uint8Array(), read: () => null };
  const group = find({
    ...comparison,
    holdout: {
      ...holdout,
      read: (place, replicate) => {
        read.push(place);
        return holdout.read(place, replicate);
      },
    },
  });
  expect(read).toEqual([0, 1, 2]);
  expect(placesOf(group)).toEqual([0, 1, 2]);
  expect(describeTieGroup(group)).toBe("3 of 43 cannot be told from the best");
});

test("a best far ahead of all says by how much", () => {
  const random = randomFor(4, "far ahead");
  const { comparison } = simulateRanking({ accuracies: [0.97, 0.3, 0.2], rows: 500, random });
  const { members } = find(comparison);
  expect(members).toHaveLength(1);
  expect(members[0]?.difference?.low).toBe(0);
  expect(members[0]?.difference?.high).toBeGreaterThan(0.67);
  expect(members[0]?.difference?.high).toBeLessThan(0.8);
});

test.each([
  ["all perfect", (row: number) => row % 255],
  ["all wrong", (row: number) => (row + 1) % 255],
])("identical trials of 255 classes are all in: %s", (_, predict) => {
  const labels = Uint8Array.from({ length: 300 }, (_, row) => row % 255);
  const run = labels.map((_, row) => predict(row));
  const { comparison } = rankRuns(
    equal(5, 0).map(() => [run]),
    labels,
  );
  const group = find(comparison);
  expect(group).toMatchObject({ compared: 5, over: "rows", level: 0.05 });
  expect(placesOf(group)).toEqual([0, 1, 2, 3, 4]);
  for (const { difference } of group.members) expect(difference).toEqual({ low: 0, high: 0 });
});

test("what has no predictions stays in unless its accuracy alone tells it apart", () => {
  const accuracies = [0.9, 0.89, 0.2];
  const { comparison } = simulateRanking({ accuracies, rows: 400, random: randomFor(2, "unread") });
  const holdout = comparison.holdout ?? { labels: new Uint8Array(), read: () => null };
  const without = (place: number, stored: Uint8Array | null): Comparison => ({
    ...comparison,
    holdout: { ...holdout, read: (at, run) => (at === place ? stored : holdout.read(at, run)) },
  });
  expect(find(without(1, null)).members).toEqual([
    { place: 0, difference: expect.anything() as unknown },
    { place: 1, difference: null },
  ]);
  // Of another hold-out, or of another trial.
  expect(find(without(1, new Uint8Array(3))).members[1]?.difference).toBeNull();
  expect(find(without(1, new Uint8Array(400).fill(7))).members[1]?.difference).toBeNull();
  expect(findTieGroup(without(0, null))).toEqual({
    reason: expect.stringContaining("run replicates") as unknown,
  });
});

/** Losses about their means, less is better. */
function simulateLosses(means: readonly number[], replicates: number, seed: number): Comparison {
  const random = randomFor(seed, "losses");
  const candidates = means.map((mean) => ({
    values: Array.from({ length: replicates }, () => mean + 0.1 * drawNoise(random)),
  }));
  return { candidates, direction: "minimize", holdout: null };
}

test.each([2, 3, 5])(
  "by %d replicates of any objective, 95 of 100 studies keep the best",
  (seeds) => {
    const kept = Array.from({ length: 100 }, (_, seed) =>
      placesOf(find(simulateLosses(equal(10, 2), seeds, seed))).includes(0),
    );
    expect(shareOf(kept)).toBeGreaterThanOrEqual(0.87);
  },
);

test("by replicates, the clearly worse are out, though some of them fail now and then", () => {
  const { candidates, ...rest } = simulateLosses([1, 1.02, ...equal(20, 3)], 3, 1);
  const astray = equal(20, 0).map(() => ({ values: [4, 1e300, 5] }));
  const group = find({ ...rest, candidates: [...candidates, ...astray] });
  expect(placesOf(group)).toEqual([0, 1]);
  expect(group).toMatchObject({ over: "seeds", compared: 42 });
  const [first, second] = group.members;
  // More is better in every direction.
  expect(first?.difference?.low).toBeLessThanOrEqual(0);
  expect(first?.difference?.high).toBeGreaterThan(0);
  expect(second?.difference?.low).toBeGreaterThan(-1);
});

test("one replicate here and 50 there: the single one may be best by luck", () => {
  const random = randomFor(3, "uneven");
  const draw = (count: number) => equal(count, 0).map(() => 0.1 * drawNoise(random));
  const candidates = [{ values: [0.12] }, { values: draw(50) }, { values: draw(50) }];
  const group = find({ candidates, direction: "maximize", holdout: null });
  expect(placesOf(group)).toEqual([0, 1, 2]);
});

test("replicates that never differ tell everything apart but equals", () => {
  const candidates = [
    [0.5, 0.5],
    [0.5, 0.5],
    [0.4, 0.4],
  ].map((values) => ({ values }));
  const group = find({ candidates, direction: "maximize", holdout: null });
  expect(placesOf(group)).toEqual([0, 1]);
});

test("what cannot be told is said", () => {
  const ask = (values: readonly (readonly number[])[]) =>
    findTieGroup({
      candidates: values.map((each) => ({ values: each })),
      direction: "maximize",
      holdout: null,
    });
  expect(ask([])).toEqual({ reason: "no trial has a value of the objective" });
  expect(ask([[NaN], []])).toEqual({ reason: "no trial has a value of the objective" });
  expect(ask([[0.5, 0.6]])).toEqual({ reason: "there is only one row" });
  expect(ask([[0.5], [0.6]])).toEqual({
    reason: "one run each and no hold-out predictions of this objective: run replicates",
  });
});

test("no number is NaN, whatever the objective", () => {
  for (const values of [
    [[1e300, -1e300], [1e300, 1e299], [3]],
    [[0, 0], [0], [NaN]],
    [[5, 6], [NaN], [Infinity]],
  ]) {
    const group = find({
      candidates: values.map((each) => ({ values: each })),
      direction: "minimize",
      holdout: null,
    });
    for (const { difference } of group.members)
      for (const end of [difference?.low, difference?.high])
        if (end !== undefined) expect(Number.isFinite(end)).toBe(true);
  }
});

test("the simplest is the smallest or fastest; among equals the first of the ranking", () => {
  const costs = [
    { modelParameters: 9, seconds: null },
    { modelParameters: 4, seconds: 7 },
    { modelParameters: 4, seconds: 3 },
    { modelParameters: null, seconds: 1 },
  ];
  const members = [2, 1, 0].map((place) => ({ place }));
  const costOf = (place: number) => costs[place];
  expect(simplest(members, "modelParameters", costOf)).toBe(1);
  expect(simplest(members, "seconds", costOf)).toBe(2);
  expect(simplest([{ place: 0 }, { place: 3 }], "modelParameters", costOf)).toBe(0);
  expect(simplest([{ place: 3 }, { place: 0 }], "modelParameters", () => undefined)).toBe(0);
  expect(simplest([], "seconds", costOf)).toBeUndefined();
});
