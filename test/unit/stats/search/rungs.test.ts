import { expect, test } from "vitest";
import type { Pruning } from "../../../../src/core/pruning.ts";
import { describeRungs } from "../../../../src/stats/search/rungs.ts";

const PRUNING: Pruning = {
  ...{ kind: "successive-halving", minResource: 1, reductionFactor: 3, metric: "value" },
  ...{ direction: "maximize", keepCheckpoints: false, within: "a" },
};
const RUNGS = [
  { bracket: 0, rung: 1, losses: new Map([9, 8, 7, 6, 5, 4].map((loss, at) => [at + 1, -loss])) },
  { bracket: 0, rung: 3, losses: new Map([1, 2].map((number) => [number, -number])) },
  { bracket: 1, rung: 3, losses: new Map([[7, -1]]) },
];

test("whoever is not stopped at a rung goes on, also where it tells of later steps than the rung's", () => {
  const stops = [3, 4, 5].map((number) => ({ number, step: 1 }));
  const { rungs } = describeRungs(PRUNING, RUNGS, [
    ...[...stops, { number: 6, step: 2 }],
    ...[
      { number: 2, step: 4 },
      { number: 7, step: 1 },
    ],
  ]);
  expect(
    rungs.map(({ bracket, rung, reached, wentOn }) => [bracket, rung, reached, wentOn]),
  ).toEqual([
    [0, 1, 6, 2],
    [0, 3, 2, 1],
    [1, 3, 1, 1],
  ]);
  expect(rungs[1]?.trials).toEqual([
    { number: 1, value: 1, wentOn: true },
    { number: 2, value: 2, wentOn: false },
  ]);
});

test("the cut is the value that lets the next one go on, and no worse one does", () => {
  const { rungs } = describeRungs(PRUNING, RUNGS, []);
  expect(rungs.map(({ cut }) => cut)).toEqual([8, 2, 1]);
  const cautious = describeRungs({ ...PRUNING, kind: "median", direction: "minimize" }, RUNGS, []);
  expect(cautious.rungs.map(({ cut }) => cut)).toEqual([-6, null, null]);
});
