import { randomFor, type RandomSource } from "../../src/core/random.ts";
import { encodeIdx } from "./prepare.ts";

const SIDE = 32;

/** Whether a point is within a shape of size 1 about the origin. */
const SHAPES: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => Math.hypot(x, y) < 1,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85,
  (x, y) => y < 0.7 && y > 2 * Math.abs(x) - 1,
  (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.25 && Math.max(Math.abs(x), Math.abs(y)) < 1,
  (x, y) => Math.hypot(x, y) < 1 && Math.hypot(x, y) > 0.55,
];
/** Red and blue of warm and cool colours; neither is brighter than the other. */
const COLOURS = [
  [220, 60],
  [60, 220],
] as const;

/** A class is a shape in a colour: who sees only one of them knows half. */
export const SHAPE_CLASSES = SHAPES.length * COLOURS.length;

const between = (random: RandomSource, low: number, high: number): number =>
  low + (high - low) * random.next();

/** Adds a shape's pixels, somewhere on a noisy ground of any colour. */
function draw(random: RandomSource, label: number, pixels: number[]): void {
  const shape = SHAPES[label % SHAPES.length];
  const [red, blue] = COLOURS[Math.floor(label / SHAPES.length)] ?? [0, 0];
  const size = between(random, 6, 11);
  const [centreX, centreY] = [between(random, 11, 21), between(random, 11, 21)];
  const ground = [0, 1, 2].map(() => between(random, 20, 150));
  const colour = [red, between(random, 40, 200), blue].map(
    (value) => value + between(random, -40, 35),
  );
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const isInside = shape?.((x - centreX) / size, (y - centreY) / size) === true;
      for (const value of isInside ? colour : ground)
        pixels.push(Math.round(Math.min(255, Math.max(0, value + between(random, -20, 20)))));
    }
}

/** So many photos of CIFAR-10's shape, made: IDX files of images [rows, 32, 32, 3] and labels. */
export function makeColouredShapes(rows: number, seed = 1): { images: Buffer; labels: Buffer } {
  const random = randomFor(seed, "coloured shapes");
  const labels = Array.from({ length: rows }, () => random.nextInteger(SHAPE_CLASSES));
  const pixels: number[] = [];
  for (const label of labels) draw(random, label, pixels);
  return {
    images: encodeIdx([rows, SIDE, SIDE, 3], pixels),
    labels: encodeIdx([rows], labels),
  };
}
