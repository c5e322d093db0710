import { describe, expect, test } from "vitest";
import { resolveCnnParameters } from "../../../src/cnn/parameters.ts";
import { Graph, type Shape } from "../../../src/trainer/graph/graph.ts";
import { constantTensor, placeholder } from "../../../src/trainer/graph/operations/tensors.ts";
import { transformImages } from "../../../src/trainer/graph/operations/images.ts";
import { augment } from "../../../src/trainer/layers/augmentation.ts";
import { loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { drawNormal, runOnce } from "../../support/graph.ts";

const tf = loadTensorFlow({ threads: 1 });

function transform(values: Float32Array, shape: Shape, transforms: readonly number[][]): number[] {
  const graph = new Graph();
  const images = placeholder(graph, "images", "float32", shape);
  const rows = Float32Array.from(transforms.flat());
  const moved = transformImages(images, constantTensor(graph, rows, [transforms.length, 8]));
  const { output } = runOnce(tf, graph, { images }, { output: moved }, { images: values });
  return [...(output ?? [])];
}

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0];

describe("transformImages", () => {
  test("the identity leaves every pixel as it is", () => {
    const images = drawNormal(2 * 5 * 4 * 3, "images");
    expect(transform(images, [2, 5, 4, 3], [IDENTITY, IDENTITY])).toEqual([...images]);
  });

  test("a shift by whole pixels moves them, each image by its own, and is black behind", () => {
    const image = [1, 2, 3, 4, 5, 6];
    const images = Float32Array.from([...image, ...image]);
    const left = [1, 0, 1, 0, 1, 0, 0, 0];
    const down = [1, 0, 0, 0, 1, -1, 0, 0];
    expect(transform(images, [2, 2, 3, 1], [left, down])).toEqual([
      ...[2, 3, 0, 5, 6, 0],
      ...[0, 0, 0, 1, 2, 3],
    ]);
  });

  test("a quarter turn about the centre", () => {
    const images = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // (x, y) shows (2 - y, x).
    expect(transform(images, [1, 3, 3, 1], [[0, -1, 2, 1, 0, 0, 0, 0]])).toEqual([
      ...[3, 6, 9],
      ...[2, 5, 8],
      ...[1, 4, 7],
    ]);
  });

  test("between pixels it is bilinear", () => {
    const images = Float32Array.from([0, 4, 8, 0, 8, 16]);
    expect(transform(images, [1, 2, 3, 1], [[1, 0, 0.25, 0, 1, 0, 0, 0]])).toEqual([
      ...[1, 5, 6],
      ...[2, 10, 12],
    ]);
  });
});

const [HEIGHT, WIDTH, COUNT] = [61, 81, 300];
const [CENTRE_X, CENTRE_Y] = [40, 30];

/** The same image many times: a blot at that distance from the centre. */
function blots(x: number, y: number): Float32Array {
  const square = (value: number): number => value * value;
  const image = Array.from({ length: HEIGHT * WIDTH }, (_, at) =>
    Math.exp(
      -(square((at % WIDTH) - CENTRE_X - x) + square(Math.floor(at / WIDTH) - CENTRE_Y - y)) / 8,
    ),
  );
  return Float32Array.from(Array.from({ length: COUNT }, () => image).flat());
}

/** Where the blots come to lie, from the centre. */
function augmentBlots(
  [x, y]: readonly [number, number],
  limits: Parameters<typeof resolveCnnParameters>[0],
  seed: readonly [number, number] = [1, 2],
): { x: number; y: number }[] {
  const graph = new Graph();
  const images = placeholder(graph, "images", "float32", [-1, HEIGHT, WIDTH, 1]);
  const fed = placeholder(graph, "seed", "int32", [2]);
  let uses = 0;
  const training = { seed: fed, nextRandomUse: () => uses++, alsoRun: () => undefined };
  const moved = augment(images, resolveCnnParameters(limits), training);
  const feeds = { images: blots(x, y), seed: Int32Array.from(seed) };
  const fetched = runOnce(tf, graph, { images, seed: fed }, { moved }, feeds)["moved"] ?? [];
  return Array.from({ length: COUNT }, (_, image) => {
    let [mass, sumX, sumY] = [0, 0, 0];
    for (let at = 0; at < HEIGHT * WIDTH; at++) {
      const value = fetched[image * HEIGHT * WIDTH + at] ?? NaN;
      mass += value;
      sumX += value * ((at % WIDTH) - CENTRE_X);
      sumY += value * (Math.floor(at / WIDTH) - CENTRE_Y);
    }
    return { x: sumX / mass, y: sumY / mass };
  });
}

/** The values lie within the limits, and nearly reach both. */
function expectToFill(values: readonly number[], low: number, high: number): void {
  const slack = 0.05 * (high - low);
  expect(Math.min(...values)).toBeGreaterThan(low - slack);
  expect(Math.min(...values)).toBeLessThan(low + slack);
  expect(Math.max(...values)).toBeLessThan(high + slack);
  expect(Math.max(...values)).toBeGreaterThan(high - slack);
}

describe("augment", () => {
  test("shift moves by a fraction of each side", () => {
    const places = augmentBlots([0, 0], { shift: 0.1 });
    expectToFill(
      places.map(({ x }) => x),
      -8.1,
      8.1,
    );
    expectToFill(
      places.map(({ y }) => y),
      -6.1,
      6.1,
    );
    const meanProduct = places.reduce((sum, { x, y }) => sum + x * y, 0) / COUNT;
    expect(Math.abs(meanProduct / ((8.1 * 6.1) / 3))).toBeLessThan(5 / Math.sqrt(COUNT));
  });

  test.each([
    ["horizontal", [-1, 1]],
    ["vertical", [1, -1]],
    ["both", [-1, -1]],
  ] as const)("flip %s mirrors half of the images, to the pixel", (flip, [x, y]) => {
    const places = augmentBlots([18, 12], { flip });
    const sides = places.map((place) => [Math.round(place.x) / 18, Math.round(place.y) / 12]);
    for (const [at, end] of [x, y].entries()) {
      const mirrored = sides.filter((side) => side[at] === -1).length;
      expect(sides.filter((side) => side[at] === 1)).toHaveLength(COUNT - mirrored);
      if (end === 1) expect(mirrored).toBe(0);
      else expect(Math.abs(mirrored / COUNT - 0.5)).toBeLessThan(2.5 / Math.sqrt(COUNT));
    }
    // Each axis by a coin of its own.
    const both = sides.filter((side) => side[0] === -1 && side[1] === -1).length;
    if (flip === "both") expect(Math.abs(both / COUNT - 0.25)).toBeLessThan(2.5 / Math.sqrt(COUNT));
  });

  test("a flip leaves what the other changes draw as it was", () => {
    const limits = { shift: 0.1, rotation: 20, zoom: 0.1, shear: 5 };
    const [plain, flipped] = [limits, { ...limits, flip: "horizontal" }].map((each) =>
      augmentBlots([0, 0], each),
    );
    for (const [at, { x, y }] of (plain ?? []).entries()) {
      expect(flipped?.[at]?.y).toBeCloseTo(y, 1);
      expect(Math.abs(flipped?.[at]?.x ?? NaN)).toBeCloseTo(Math.abs(x), 1);
    }
  });

  test("rotation turns about the centre, either way", () => {
    const places = augmentBlots([18, 0], { rotation: 30 });
    const degrees = places.map(({ x, y }) => (Math.atan2(y, x) * 180) / Math.PI);
    expectToFill(degrees, -30, 30);
    for (const { x, y } of places) expect(Math.hypot(x, y)).toBeCloseTo(18, 0);
    for (const { x, y } of augmentBlots([0, 0], { rotation: 180 }))
      expect(Math.hypot(x, y)).toBeLessThan(0.01);
  });

  test("zoom stretches and shrinks each side from the centre", () => {
    const places = augmentBlots([18, 12], { zoom: 0.2 });
    expectToFill(
      places.map(({ x }) => x / 18),
      0.8,
      1.2,
    );
    expectToFill(
      places.map(({ y }) => y / 12),
      0.8,
      1.2,
    );
  });

  test("shear slants: what is above the centre goes one way, its height kept", () => {
    const places = augmentBlots([0, 14], { shear: 25 });
    expectToFill(
      places.map(({ x }) => (Math.atan2(x, 14) * 180) / Math.PI),
      -25,
      25,
    );
    for (const { y } of places) expect(y).toBeCloseTo(14, 1);
  });

  test("all together stay together: a function of the seed, another for each image and seed", () => {
    const limits = { rotation: 20, shift: 0.1, zoom: 0.1, shear: 10 };
    const places = augmentBlots([10, 5], limits);
    expect(augmentBlots([10, 5], limits)).toEqual(places);
    expect(new Set(places.map(({ x }) => x)).size).toBe(COUNT);
    const others = augmentBlots([10, 5], limits, [1, 3]);
    expect(others.filter(({ x }, at) => x === places[at]?.x)).toEqual([]);
  });

  test("without limits the images pass as they are", () => {
    const graph = new Graph();
    const images = placeholder(graph, "images", "float32", [-1, HEIGHT, WIDTH, 1]);
    const seed = placeholder(graph, "seed", "int32", [2]);
    const training = { seed, nextRandomUse: () => 0, alsoRun: () => undefined };
    expect(augment(images, resolveCnnParameters({}), training)).toBe(images);
  });
});
