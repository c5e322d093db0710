import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CnnPlan, planCnn } from "../../src/cnn/shapes.ts";
import { type CnnParameters, resolveCnnParameters } from "../../src/cnn/parameters.ts";
import type { DatasetHeader } from "../../src/core/dataset.ts";
import { randomFor } from "../../src/core/random.ts";
import { readVariable } from "../../src/trainer/graph/operations/variable.ts";
import type { Session } from "../../src/trainer/graph/session.ts";
import type { LayerVariable } from "../../src/trainer/layers/layer.ts";
import type { Tf } from "../../src/trainer/runtime/load.ts";
import { createTrainingGraph } from "../../src/trainer/training-graph.ts";
import { makeTestFolder } from "./folder.ts";
import { openSession } from "./graph.ts";

/** Twelve small images of five classes. */
export const HEADER: DatasetHeader = {
  schemaVersion: 1,
  count: 12,
  height: 8,
  width: 9,
  channels: 2,
  classes: 5,
  classCounts: [],
  images: { file: "images.bin", bytes: 12 * 144, sha256: "" },
  labels: { file: "labels.bin", bytes: 12, sha256: "" },
  digest: "",
};
const random = randomFor(3, "data");
export const PIXELS = Uint8Array.from({ length: 12 * 144 }, () => random.nextInteger(256));
export const LABELS = Uint8Array.from({ length: 12 }, () => random.nextInteger(5));
export const ALL_ROWS = Int32Array.from(LABELS.keys());

/** Two whole batches and a partial one. */
export const BATCHES = [
  [3, 1, 4, 0, 5],
  [9, 2, 6, 8, 7],
  [10, 11],
].map((rows) => Int32Array.from(rows));
export const RATE = 0.01;

export interface StartedGraph {
  readonly session: Session;
  readonly plan: CnnPlan;
  /** In the order of the layers. */
  readonly variables: readonly LayerVariable[];
  readonly shapes: readonly (readonly number[])[];
  readonly weights: () => Float32Array[];
}

export interface StartOptions {
  readonly seed?: Int32Array;
  readonly classWeights?: Float32Array;
}

/** A training graph of a small network with its variables set, and its weights laid open. */
export function startGraph(
  tf: Tf,
  changes: Partial<CnnParameters>,
  { seed = Int32Array.of(1, 2), classWeights = new Float32Array(5).fill(1) }: StartOptions = {},
): StartedGraph {
  const params = resolveCnnParameters({ filters: 3, blocks: 1, denseUnits: 6, ...changes });
  const planning = planCnn(params, HEADER);
  if (!planning.ok) throw new Error(planning.reason);
  const { graph, network } = createTrainingGraph(params, planning.plan, HEADER);
  const variables = network.variables.map(({ variable }) => variable);
  const outputs = Object.fromEntries(variables.map((v) => [v.name, readVariable(v)]));
  graph.signatures.set("weights", { inputs: {}, outputs });
  const session = openSession(tf, graph);
  const folder = makeTestFolder();
  const files = { images: join(folder, "images.bin"), labels: join(folder, "labels.bin") };
  writeFileSync(files.images, PIXELS);
  writeFileSync(files.labels, LABELS);
  session.run("initialise", { ...files, classWeights, seed });
  const weights = (): Float32Array[] => {
    const values = session.run("weights", {});
    return variables.map(({ name }) => Float32Array.from(values[name] ?? []));
  };
  const shapes = variables.map(({ shape }) => shape);
  return { session, plan: planning.plan, variables: network.variables, shapes, weights };
}

export function runStep(
  session: Session,
  rows: Int32Array,
  { seed = Int32Array.of(0, 0), rate = RATE }: { seed?: Int32Array; rate?: number } = {},
) {
  return session.run("step", { rows, learningRate: Float32Array.of(rate), seed });
}

/** The pixels of these rows as the network sees them, [rows, 8, 9, 2]. */
export function imagesOf(tf: Tf, rows: Int32Array) {
  const taken = [...rows].flatMap((row) => [...PIXELS.subarray(row * 144, (row + 1) * 144)]);
  return tf.div(tf.tensor4d(taken, [rows.length, 8, 9, 2]), 255);
}

export function labelsOf(rows: Int32Array): Int32Array {
  return Int32Array.from(rows, (row) => LABELS[row] ?? 0);
}
