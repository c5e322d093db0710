import { describe, expect, test } from "vitest";
import { Graph, type GraphTensor } from "../../../src/trainer/graph/graph.ts";
import { placeholder } from "../../../src/trainer/graph/operations/tensors.ts";
import {
  randomBetween,
  randomTruncatedNormal,
  randomUniform,
} from "../../../src/trainer/graph/operations/random.ts";
import { loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { runOnce } from "../../support/graph.ts";

const tf = loadTensorFlow({ threads: 1 });

const COUNT = 20_000;

type Draw = (seed: GraphTensor, use: number) => GraphTensor;

function drawWith(draw: Draw, seed: readonly [number, number], use: number): number[] {
  const graph = new Graph();
  const fed = placeholder(graph, "seed", "int32", [2]);
  const feeds = { seed: Int32Array.from(seed) };
  const { drawn } = runOnce(tf, graph, { seed: fed }, { drawn: draw(fed, use) }, feeds);
  return [...(drawn ?? [])];
}

/** Deviation of the standard normal distribution between -2 and 2. */
const TRUNCATED = 0.8796256610342398;

const distributions: readonly (readonly [string, Draw, Expected])[] = [
  [
    "randomUniform",
    (seed, use) => randomUniform(seed, use, [COUNT]),
    { mean: 0.5, deviation: 1 / Math.sqrt(12), low: 0, high: 1 },
  ],
  [
    "randomBetween",
    (seed, use) => randomBetween(seed, use, [COUNT], 3),
    { mean: 0, deviation: 6 / Math.sqrt(12), low: -3, high: 3 },
  ],
  [
    "randomTruncatedNormal",
    (seed, use) => randomTruncatedNormal(seed, use, [COUNT], 0.5),
    { mean: 0, deviation: 0.5 * TRUNCATED, low: -1, high: 1 },
  ],
];

interface Expected {
  readonly mean: number;
  readonly deviation: number;
  readonly low: number;
  readonly high: number;
}

describe.each(distributions)("%s", (_name, draw, { mean, deviation, low, high }) => {
  test("has its mean and deviation, and fills its range", () => {
    const values = drawWith(draw, [1, 2], 0);
    const average = values.reduce((sum, value) => sum + value, 0) / COUNT;
    // Five standard errors; that of a deviation is below deviation / sqrt(2 n) for flat distributions.
    expect(Math.abs(average - mean)).toBeLessThan((5 * deviation) / Math.sqrt(COUNT));
    const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
    const found = Math.sqrt(squares / (COUNT - 1));
    expect(Math.abs(found - deviation)).toBeLessThan((5 * deviation) / Math.sqrt(2 * COUNT));
    const [least, largest] = [Math.min(...values), Math.max(...values)];
    expect(least).toBeGreaterThanOrEqual(low);
    expect(largest).toBeLessThanOrEqual(high);
    expect(largest - least).toBeGreaterThan(0.98 * (high - low));
  });

  test("is a function of the seed and the use, each number of it", () => {
    const values = drawWith(draw, [1, 2], 0);
    expect(drawWith(draw, [1, 2], 0)).toEqual(values);
    for (const other of [
      drawWith(draw, [1, 3], 0),
      drawWith(draw, [2, 2], 0),
      drawWith(draw, [1, 2], 1),
    ]) {
      const pairs = values.map((value, at) => (value - mean) * ((other[at] ?? NaN) - mean));
      const correlation = pairs.reduce((sum, pair) => sum + pair, 0) / COUNT / deviation ** 2;
      expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(COUNT));
    }
  });
});
