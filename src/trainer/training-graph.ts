import type { CnnPlan } from "../core/cnn.ts";
import type { CnnParameters } from "../core/cnn-parameters.ts";
import type { DatasetHeader } from "../core/dataset.ts";
import { differentiate } from "./graph/gradients.ts";
import { Graph, type GraphNode, type GraphTensor } from "./graph/graph.ts";
import {
  argMax,
  cast,
  divide,
  elementwise,
  multiply,
  sumAll,
} from "./graph/operations/arithmetic.ts";
import { constant, constantTensor, placeholder } from "./graph/operations/constant.ts";
import { crossEntropy } from "./graph/operations/cross-entropy.ts";
import { readRawFile } from "./graph/operations/raw-file.ts";
import { sizeOf } from "./graph/operations/shape.ts";
import {
  assignVariable,
  gatherRows,
  identity,
  readVariable,
  variable,
  type Variable,
} from "./graph/operations/variable.ts";
import { createMode, type TrainableVariable } from "./layers/layer.ts";
import { createNetwork, type Network } from "./layers/network.ts";
import { OPTIMIZERS } from "./optimizers/index.ts";

/** Pixels are stored as 0 .. 255 and trained on as 0 .. 1. */
const PIXEL_SCALE = 1 / 255;

/**
 * Everything the trainer asks of TensorFlow, as one graph with these signatures:
 * - `initialise` (images, labels: file names; seed int32 [2]) -> done: reads the data, sets all variables
 * - `step` (rows int32 [n], learningRate, seed int32 [2]) -> loss (mean), correct: one update
 * - `evaluate` (rows) -> loss (sum), correct, predictions int32 [n]
 * - `keep` / `restore` () -> done: remember the weights, bring them back
 */
export function createTrainingGraph(
  params: CnnParameters,
  plan: CnnPlan,
  header: DatasetHeader,
): TrainingGraph {
  const graph = new Graph();
  let uses = 0;
  const context = { graph, nextRandomUse: () => uses++ };
  const { height, width, channels } = header;
  const network = createNetwork(context, plan.layers, [height, width, channels]);
  const images = variable(graph, "data/images", "uint8", [header.count, height, width, channels]);
  const labels = variable(graph, "data/labels", "uint8", [header.count]);
  const model: TrainingGraph = { graph, network, images, labels };
  const state = addStepSignature(model, params);
  addEvaluateSignature(model);
  addKeepSignatures(model);
  addInitialiseSignature(model, state);
  return model;
}

export interface TrainingGraph {
  readonly graph: Graph;
  readonly network: Network;
  readonly images: Variable;
  readonly labels: Variable;
}

/** The batch: pixels as float32 in [0, 1] and labels as int32. */
function gatherBatch(
  { images, labels }: TrainingGraph,
  rows: GraphTensor,
): { images: GraphTensor; labels: GraphTensor } {
  const pixels = cast(gatherRows(images, rows), "float32");
  return {
    images: multiply(pixels, constant(rows.node.graph, PIXEL_SCALE)),
    labels: cast(gatherRows(labels, rows), "int32"),
  };
}

function countCorrect(
  logits: GraphTensor,
  labels: GraphTensor,
): { predictions: GraphTensor; correct: GraphTensor } {
  const predictions = argMax(logits);
  return {
    predictions,
    correct: sumAll(cast(elementwise("Equal", predictions, labels), "float32")),
  };
}

/** Returns the variables that start at zero: the optimizer's. */
function addStepSignature(model: TrainingGraph, params: CnnParameters): readonly Variable[] {
  const { graph, network } = model;
  const rows = placeholder(graph, "step/rows", "int32", [-1]);
  const learningRate = placeholder(graph, "step/learningRate", "float32", []);
  const seed = placeholder(graph, "step/seed", "int32", [2]);
  const batch = gatherBatch(model, rows);
  const mode = createMode(seed);
  const logits = network.forward(batch.images, mode);
  const loss = divide(sumAll(crossEntropy(logits, batch.labels)), cast(sizeOf(rows), "float32"));
  const zeroed: Variable[] = [];
  const makeSlot = (name: string, like: { readonly shape: readonly number[] }): Variable => {
    const slot = variable(graph, name, "float32", like.shape);
    zeroed.push(slot);
    return slot;
  };
  const counter = makeSlot("optimizer/steps", { shape: [] });
  const step = elementwise("AddV2", readVariable(counter), constant(graph, 1));
  const optimizer = OPTIMIZERS[params.optimizer](params, makeSlot);
  const targets = [...mode.reads.keys()];
  const gradients = differentiate(loss, [...mode.reads.values()]);
  const updates = targets.flatMap((target, index) => {
    const gradient = gradients[index];
    return gradient === undefined
      ? []
      : [optimizer.update(target, gradient, { learningRate, step })];
  });
  const counted = assignVariable(counter, step);
  graph.signatures.set("step", {
    inputs: { rows, learningRate, seed },
    outputs: {
      loss: identity(loss, [...updates, counted], "step/loss"),
      correct: countCorrect(logits, batch.labels).correct,
    },
  });
  return zeroed;
}

function addEvaluateSignature(model: TrainingGraph): void {
  const rows = placeholder(model.graph, "evaluate/rows", "int32", [-1]);
  const batch = gatherBatch(model, rows);
  const logits = model.network.forward(batch.images, createMode());
  const loss = sumAll(crossEntropy(logits, batch.labels));
  model.graph.signatures.set("evaluate", {
    inputs: { rows },
    outputs: { loss, ...countCorrect(logits, batch.labels) },
  });
}

function addKeepSignatures({ graph, network }: TrainingGraph): void {
  const pairs = network.variables.map(({ variable: source }) => ({
    source,
    copy: variable(graph, `${source.name}/kept`, source.dtype, source.shape),
  }));
  const keep = pairs.map(({ source, copy }) => assignVariable(copy, readVariable(source)));
  const restore = pairs.map(({ source, copy }) => assignVariable(source, readVariable(copy)));
  graph.signatures.set("keep", { inputs: {}, outputs: { done: done(graph, keep) } });
  graph.signatures.set("restore", { inputs: {}, outputs: { done: done(graph, restore) } });
}

function addInitialiseSignature(model: TrainingGraph, zeroed: readonly Variable[]): void {
  const { graph, network } = model;
  const imagesFile = placeholder(graph, "initialise/images", "string", []);
  const labelsFile = placeholder(graph, "initialise/labels", "string", []);
  const seed = placeholder(graph, "initialise/seed", "int32", [2]);
  const assigned = [
    assignVariable(model.images, readRawFile(imagesFile, model.images.shape)),
    assignVariable(model.labels, readRawFile(labelsFile, model.labels.shape)),
    ...network.variables.map((target: TrainableVariable) =>
      assignVariable(target.variable, target.initialise(seed)),
    ),
    ...zeroed.map((target) => assignVariable(target, zerosOf(graph, target))),
  ];
  graph.signatures.set("initialise", {
    inputs: { images: imagesFile, labels: labelsFile, seed },
    outputs: { done: done(graph, assigned) },
  });
}

/** A tensor of zeros made by TensorFlow, so that the graph's file stays small. */
function zerosOf(graph: Graph, { shape }: Variable): GraphTensor {
  const size = constantTensor(graph, Int32Array.from(shape), [shape.length]);
  return graph.addTensor({
    op: "Fill",
    inputs: [size, constant(graph, 0)],
    attributes: { T: { type: "float32" }, index_type: { type: "int32" } },
    dtype: "float32",
    shape,
  });
}

/** A value to fetch that makes `nodes` run. */
function done(graph: Graph, nodes: readonly GraphNode[]): GraphTensor {
  return identity(constant(graph, 1), nodes);
}
