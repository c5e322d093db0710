/**
 * tfjs-node's own model.fit in the training benchmark: one epoch for each line on stdin.
 * Arguments: images file, labels file, rows, batch size, threads.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { waitForTurn } from "./turn.ts";

const [imagesFile = "", labelsFile = "", rows, batchSize, threads] = process.argv.slice(2);
const tf = loadTensorFlow({ threads: Number(threads) });
const count = Number(rows);
const pixels = Float32Array.from(readStart(imagesFile, count * 784), (value) => value / 255);
const images = tf.tensor4d(pixels, [count, 28, 28, 1]);
const labels = tf.oneHot(tf.tensor1d(readStart(labelsFile, count), "int32"), 10);

const model = tf.sequential({
  layers: [
    tf.layers.conv2d({
      inputShape: [28, 28, 1],
      filters: 32,
      kernelSize: 3,
      activation: "relu",
    }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 128, activation: "relu" }),
    tf.layers.dropout({ rate: 0.3 }),
    tf.layers.dense({ units: 10, activation: "softmax" }),
  ],
});
model.compile({
  optimizer: tf.train.adam(0.001),
  loss: "categoricalCrossentropy",
  metrics: ["accuracy"],
});

let started = 0;
await model.fit(images, labels, {
  batchSize: Number(batchSize),
  epochs: 1e6,
  shuffle: true,
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is not exported
  verbose: 0,
  // Its fastest: by default it gives the event loop a turn now and then.
  yieldEvery: "never",
  callbacks: {
    onEpochBegin: () => {
      if (!waitForTurn()) process.exit();
      started = performance.now();
      return Promise.resolve();
    },
    onEpochEnd: () => {
      process.stdout.write(`${(performance.now() - started) / 1000}\n`);
      return Promise.resolve();
    },
  },
});

function readStart(file: string, bytes: number): Uint8Array {
  const content = new Uint8Array(bytes);
  const descriptor = openSync(file, "r");
  readSync(descriptor, content, 0, bytes, 0);
  closeSync(descriptor);
  return content;
}
