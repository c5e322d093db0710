import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { planModel } from "../cnn/shapes.ts";
import { readModelWeights, type StoredModel } from "../workspace/models.ts";
import { openPackedDataset } from "../workspace/packed-dataset.ts";
import { Session } from "./graph/session.ts";
import { countEvaluatedAtOnce } from "./model.ts";
import { createPredictionGraph, PREDICT_SIGNATURE, requireWeights } from "./prediction-graph.ts";
import type { NativeBinding } from "./runtime/load.ts";
import { PIXEL_SCALE } from "./training-step.ts";

/** Images of one shape, read piece by piece. */
export interface ImageRows {
  readonly count: number;
  /** Pixels in 0 .. 1 of `count` images from number `start` on. */
  readonly read: (start: number, count: number) => Float32Array;
}

/** A packed data set, opened and closed again for each piece: any size of it takes the memory of one. */
export function datasetRows(folder: string): ImageRows {
  const { header, imagesFile } = openPackedDataset(folder);
  const { count, height, width, channels } = header;
  const imageBytes = height * width * channels;
  return {
    count,
    read: (start, rows) => {
      const bytes = readAt(imagesFile, start * imageBytes, rows * imageBytes);
      return Float32Array.from(bytes, (byte) => BRIGHTNESS[byte] ?? 0);
    },
  };
}

/** What training makes of each byte: the product of two float32, rounded once. */
const BRIGHTNESS = Float32Array.from({ length: 256 }, (_, byte) => byte * Math.fround(PIXEL_SCALE));

function readAt(file: string, position: number, bytes: number): Uint8Array {
  const buffer = new Uint8Array(bytes);
  const descriptor = openSync(file, "r");
  try {
    for (let done = 0; done < bytes;) {
      const read = readSync(descriptor, buffer, done, bytes - done, position + done);
      if (read === 0) throw new Error(`${file} ends within its images`);
      done += read;
    }
    return buffer;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The mean of the models' probabilities, [rows, classes]. One model is in memory at a time.
 * @param folder for scratch files
 */
export function predictMean(
  binding: NativeBinding,
  models: readonly StoredModel[],
  rows: ImageRows,
  folder: string,
): Float32Array {
  const classes = models[0]?.model.problem.classes ?? 0;
  const sum = new Float64Array(rows.count * classes);
  for (const [number, stored] of models.entries()) {
    const graph = join(folder, `graph-${number}`);
    for (const [at, value] of predict(binding, stored, rows, graph).entries()) {
      sum[at] = (sum[at] ?? 0) + value;
    }
  }
  return Float32Array.from(sum, (value) => value / models.length);
}

function predict(
  binding: NativeBinding,
  stored: StoredModel,
  rows: ImageRows,
  folder: string,
): Float32Array {
  const { model } = stored;
  const session = new Session(binding, createPredictionGraph(model), folder);
  session.run("load", requireWeights(model, readModelWeights(stored)));
  const { classes } = model.problem;
  const probabilities = new Float32Array(rows.count * classes);
  const atOnce = countEvaluatedAtOnce(planModel(model));
  for (let start = 0; start < rows.count; start += atOnce) {
    const images = rows.read(start, Math.min(atOnce, rows.count - start));
    const fetched = session.run(PREDICT_SIGNATURE, { images });
    probabilities.set(fetched["probabilities"] ?? [], start * classes);
  }
  session.close();
  return probabilities;
}
