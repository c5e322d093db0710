import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planCnn } from "../../../src/cnn/shapes.ts";
import { type CnnParameters, resolveCnnParameters } from "../../../src/cnn/parameters.ts";
import { splitRows } from "../../../src/cnn/split.ts";
import { Model } from "../../../src/trainer/model.ts";
import { loadTensorFlow, bindingOf } from "../../../src/trainer/runtime/load.ts";
import { train } from "../../../src/trainer/train.ts";
import { openPackedDataset } from "../../../src/workspace/packed-dataset.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { writeKaggleCsv } from "../../support/mnist.ts";
import { prepare } from "../../support/prepare.ts";

const tf = loadTensorFlow({ threads: 1 });

/** The graph itself trains with bfloat16 on any CPU; only slowly where it is emulated. */
test.each<Partial<CnnParameters>>([
  { dropout: 0.2, pooling: "average", activation: "elu" },
  { activation: "gelu", flip: "horizontal" },
  { batchNormalization: true, padding: "same", rotation: 10, emaDecay: 0.9, labelSmoothing: 0.1 },
])("bfloat16 learns digits, its variables stay float32: %j", async (changes) => {
  const folder = makeTestFolder();
  writeKaggleCsv(join(folder, "train.csv"), { rows: 600 });
  const packed = join(folder, "digits");
  await prepare({ kind: "csv", csv: join(folder, "train.csv") }, packed);
  const { header, imagesFile, labelsFile } = openPackedDataset(packed);
  const params = resolveCnnParameters({
    ...{ filters: 4, denseUnits: 32, batchSize: 32, learningRate: 0.005, validationSplit: 0 },
    ...changes,
  });
  const planning = planCnn(params, header);
  if (!planning.ok) throw new Error(planning.reason);
  const design = { params, plan: planning.plan, header, precision: "bfloat16" } as const;
  const model = new Model(bindingOf(tf), design, { graph: join(folder, "graph") });
  const files = { images: imagesFile, labels: labelsFile ?? "" };
  model.initialise(files, 3);
  const split = splitRows(readFileSync(files.labels), { holdout: 0.2, validation: 0, seed: 1 });
  const before = model.readState();
  const options = { params, split, epochs: 3, seed: 3, onEpoch: () => undefined };
  const { history, end } = await train(model, options);
  expect(end).toBe("trained");
  expect(history.at(-1)?.loss).toBeLessThan((history[0]?.loss ?? 0) * 0.9);
  const { correct, loss } = model.evaluate(split.holdout);
  expect(correct / split.holdout.length).toBeGreaterThan(0.6);
  expect(Number.isFinite(loss)).toBe(true);
  // A float32 that is no bfloat16 has bits in its lower half.
  const state = model.readState();
  expect([...state.keys()]).toEqual([...before.keys()]);
  const kernel = state.get("dense1/kernel")?.values ?? new Float32Array();
  const bits = new Uint32Array(kernel.buffer, kernel.byteOffset, kernel.length);
  expect(bits.filter((value) => (value & 0xffff) !== 0).length / bits.length).toBeGreaterThan(0.9);
  model.close();
});
