/**
 * What is done with refitted models where TensorFlow is needed, as a program: `node model-main.js REQUEST`, where
 * REQUEST is a ModelRequest as a JSON file. It leaves a ModelAnswer, also for what goes wrong.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError } from "../core/errors.ts";
import {
  type ModelAnswer,
  type ModelRequest,
  parseModelRequest,
  type ReadImage,
  tellError,
} from "../formats/trainer-request.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import { openModel, readModelWeights } from "../workspace/models.ts";
import { encodeSavedModel } from "./graph/session.ts";
import { readImageFiles } from "./image-files.ts";
import { createServingGraph, datasetRows, predictMean } from "./predict.ts";
import { requirePrecision } from "./runtime/cpu.ts";
import { loadNativeBinding } from "./runtime/load.ts";

const [, , requestFile = ""] = process.argv;
const request = parseModelRequest(readFileSync(requestFile, "utf8"), requestFile);
writeFileAtomic(request.answerFile, JSON.stringify(answer(request)));

function answer({ task, threads, scratchFolder }: ModelRequest): ModelAnswer {
  try {
    if (task.kind === "predict") return { ok: true, files: predict(task, threads, scratchFolder) };
    const stored = openModel(task.model);
    const graph = createServingGraph(stored.model, readModelWeights(stored));
    writeFileSync(join(task.to, "saved_model.pb"), encodeSavedModel(graph));
    return { ok: true, files: [] };
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    return { ok: false, error: tellError(error) };
  }
}

/** @returns what was read of image files */
function predict(
  { models, images, probabilitiesFile }: Extract<ModelRequest["task"], { kind: "predict" }>,
  threads: number,
  scratchFolder: string,
): readonly ReadImage[] {
  const opened = models.map(openModel);
  for (const { model } of opened) requirePrecision(model.precision);
  const problem = opened[0]?.model.problem ?? { height: 0, width: 0, channels: 0, classes: 0 };
  const binding = loadNativeBinding({ threads });
  const read =
    images.kind === "dataset"
      ? { rows: datasetRows(images.path), images: [] }
      : readImageFiles(binding, images.files, {
          problem,
          inversion: images.inversion,
          folder: join(scratchFolder, "images"),
        });
  const probabilities = predictMean(binding, opened, read.rows, scratchFolder);
  writeFileAtomic(probabilitiesFile, new Uint8Array(probabilities.buffer));
  return read.images;
}
