import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Rank, Tensor3D } from "@tensorflow/tfjs-node";
import { expect, test } from "vitest";
import type { CnnProblem } from "../../../src/cnn/shapes.ts";
import type { Inversion } from "../../../src/cnn/inversion.ts";
import { readImageFiles } from "../../../src/trainer/image-files.ts";
import { loadTensorFlow, bindingOf } from "../../../src/trainer/runtime/load.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { drawNormal } from "../../support/graph.ts";

const tf = loadTensorFlow({ threads: 1 });

/** What the model gets to see of a picture, 0 .. 255 [height, width, channels], saved as PNG. */
async function see(picture: Tensor3D, problem: Omit<CnnProblem, "classes">, inversion: Inversion) {
  const folder = makeTestFolder();
  const file = join(folder, "picture.png");
  writeFileSync(file, await tf.node.encodePng(picture));
  const options = { problem: { ...problem, classes: 2 }, inversion, folder: join(folder, "graph") };
  const { rows, images } = readImageFiles(bindingOf(tf), [file], options);
  return { pixels: [...rows.read(0, rows.count)], image: images[0] };
}

function draw(shape: [number, number, number]): Tensor3D {
  const noise = drawNormal(shape[0] * shape[1] * shape[2], "picture");
  return tf.tensor3d(
    noise.map((x) => Math.round(Math.min(255, 80 * Math.abs(x)))),
    shape,
  );
}

test("a picture of the model's size passes as it is", async () => {
  const picture = draw([6, 5, 1]);
  const { pixels, image } = await see(picture, { height: 6, width: 5, channels: 1 }, "never");
  const expected = [...picture.dataSync()].map((byte) => byte / 255);
  for (const [at, value] of expected.entries()) expect(pixels[at]).toBeCloseTo(value, 6);
  expect(image).toMatchObject({ height: 6, width: 5, inverted: false });
});

test("a smaller picture is enlarged as tfjs enlarges: bilinear, with half pixels", async () => {
  const picture = draw([6, 5, 3]);
  const { pixels } = await see(picture, { height: 18, width: 15, channels: 3 }, "auto");
  const enlarged = tf.image.resizeBilinear(tf.div<Tensor3D>(picture, 255), [18, 15], false, true);
  for (const [at, value] of enlarged.dataSync().entries()) expect(pixels[at]).toBeCloseTo(value, 5);
});

test("a larger picture is averaged: no pixel of it is passed over", async () => {
  // Columns in turn black and white: every second pixel alone would be all black or all white.
  const stripes = tf.tile(tf.tensor3d([0, 255], [1, 2, 1]), [32, 16, 1]);
  const { pixels } = await see(stripes, { height: 8, width: 8, channels: 1 }, "never");
  for (const row of [0, 3, 7])
    for (const column of [2, 5]) expect(pixels[row * 8 + column]).toBeCloseTo(0.5, 2);
});

test("a picture that is not the model's shape is centred on its own border's brightness", async () => {
  const picture = tf.fill<Rank.R3>([4, 8, 1], 51);
  const { pixels } = await see(picture, { height: 8, width: 8, channels: 1 }, "never");
  for (const pixel of pixels) expect(pixel).toBeCloseTo(0.2, 5);
  const paper = tf.fill<Rank.R3>([4, 8, 1], 204);
  const inverted = await see(paper, { height: 8, width: 8, channels: 1 }, "auto");
  expect(inverted.image?.inverted).toBe(true);
  for (const pixel of inverted.pixels) expect(pixel).toBeCloseTo(0.2, 5);
});

test("the middle of a wide picture stays in the middle", async () => {
  const picture = tf.pad3d(tf.fill<Rank.R3>([4, 4, 1], 255), [
    [2, 2],
    [6, 6],
    [0, 0],
  ]);
  const { pixels } = await see(picture, { height: 16, width: 16, channels: 1 }, "never");
  const sum = pixels.reduce((total, value) => total + value, 0);
  const centre = (axis: (at: number) => number): number =>
    pixels.reduce((total, value, at) => total + value * axis(at), 0) / sum;
  expect(centre((at) => at % 16)).toBeCloseTo(7.5, 3);
  expect(centre((at) => Math.floor(at / 16))).toBeCloseTo(7.5, 3);
  expect(sum).toBeCloseTo(16, 2);
});

test("a model that wants neither gray nor colour takes no pictures", async () => {
  await expect(see(draw([4, 4, 1]), { height: 4, width: 4, channels: 2 }, "auto")).rejects.toThrow(
    "image files have 1 or 3 channels, the model wants 2",
  );
});
