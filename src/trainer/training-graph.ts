import type { CnnPlan } from "../cnn/shapes.ts";
import type { CnnParameters } from "../cnn/parameters.ts";
import type { DatasetHeader } from "../core/dataset.ts";
import type { Precision } from "../core/study.ts";
import { Graph, type GraphNode, type GraphTensor } from "./graph/graph.ts";
import { constant, placeholder, sumAll } from "./graph/operations/tensors.ts";
import { crossEntropy, softmax } from "./graph/operations/cross-entropy.ts";
import { readRawFile } from "./graph/operations/images.ts";
import {
  assignVariable,
  identity,
  readVariable,
  type Variable,
  variable,
} from "./graph/operations/variable.ts";
import { createEvaluation, filled } from "./layers/layer.ts";
import { createNetwork, type Network } from "./layers/network.ts";
import type { Cpu } from "./runtime/cpu.ts";
import {
  addStepSignature,
  countCorrect,
  gatherBatch,
  type TrainingGraph,
} from "./training-step.ts";

/**
 * Everything the trainer asks of TensorFlow, as one graph with these signatures:
 * - `initialise` (images, labels: file names; classWeights float32 [classes]; seed int32 [2]) -> done: reads the
 *   data, sets all variables
 * - `step` (rows int32 [n], learningRate, seed int32 [2]) -> loss (mean), correct: one update
 * - `evaluate` (rows) -> loss (sum), correct, predictions int32 [n], probabilities float32 [n, classes]
 * - `keep` / `restore` () -> done: remember the weights that evaluation uses, bring them back
 * - `save` () -> every variable but the data / `load` (the same) -> done: a checkpoint
 */
export function createTrainingGraph(
  params: CnnParameters,
  plan: CnnPlan,
  header: DatasetHeader,
  precision: Precision = "float32",
  features: Cpu["features"] = [],
): TrainingGraph {
  const graph = new Graph();
  let uses = 0;
  const context = { graph, nextRandomUse: () => uses++, initializer: params.initializer };
  const { height, width, channels } = header;
  const network = createNetwork(context, plan.layers, [height, width, channels]);
  const model: TrainingGraph = {
    graph,
    params,
    precision,
    network,
    data: {
      images: variable(graph, "data/images", "uint8", [header.count, height, width, channels]),
      labels: variable(graph, "data/labels", "uint8", [header.count]),
    },
    classWeights: variable(graph, "data/classWeights", "float32", [header.classes]),
    averages: params.emaDecay === 0 ? new Map() : makeAverages(graph, network),
    features,
    filterGradients: [],
  };
  const zeroed = addStepSignature(model);
  addEvaluateSignature(model);
  const kept = addKeepSignatures(model);
  addInitialiseSignature(model, [...zeroed, ...kept]);
  const own = network.variables.map(({ variable: source }) => source);
  addStateSignatures(graph, [...own, ...model.averages.values(), ...zeroed, ...kept]);
  return model;
}

function makeAverages(graph: Graph, network: Network): ReadonlyMap<Variable, Variable> {
  return new Map(
    network.variables
      .filter(({ role }) => role !== "statistic")
      .map(({ variable: source }) => [
        source,
        variable(graph, `${source.name}/average`, "float32", source.shape),
      ]),
  );
}

/** The plain loss of the averaged weights, if there are any: no smoothing, no penalty, every class alike. */
function addEvaluateSignature(model: TrainingGraph): void {
  const { graph, network, precision, averages } = model;
  const rows = placeholder(graph, "evaluate/rows", "int32", [-1]);
  const batch = gatherBatch(model, rows);
  const mode = createEvaluation(precision, (source) => averages.get(source) ?? source);
  const logits = network.forward(batch.images, mode);
  graph.signatures.set("evaluate", {
    inputs: { rows },
    outputs: {
      loss: sumAll(crossEntropy(logits, batch.labels)),
      ...countCorrect(logits, batch.labels),
      probabilities: softmax(logits),
    },
  });
}

/** @param zeroed the variables that start at zero: the optimizer's and the kept weights */
function addInitialiseSignature(model: TrainingGraph, zeroed: readonly Variable[]): void {
  const { graph, network, averages, data, classWeights } = model;
  const images = placeholder(graph, "initialise/images", "string", []);
  const labels = placeholder(graph, "initialise/labels", "string", []);
  const weights = placeholder(graph, "initialise/classWeights", "float32", classWeights.shape);
  const seed = placeholder(graph, "initialise/seed", "int32", [2]);
  const assigned = [
    assignVariable(data.images, readRawFile(images, data.images.shape)),
    assignVariable(data.labels, readRawFile(labels, data.labels.shape)),
    assignVariable(classWeights, weights),
    ...network.variables.flatMap(({ variable, initialise }) => {
      const value = initialise(seed);
      const average = averages.get(variable);
      return [variable, ...(average === undefined ? [] : [average])].map((target) =>
        assignVariable(target, value),
      );
    }),
    ...zeroed.map((target) => assignVariable(target, filled(graph, target.shape, 0))),
  ];
  graph.signatures.set("initialise", {
    inputs: { images, labels, classWeights: weights, seed },
    outputs: { done: whenDone(graph, assigned) },
  });
}

/**
 * `keep` copies the weights that evaluation uses, `restore` brings them back. The weights that training goes on
 * from stay as they are where averages are judged: training is over then.
 * @returns the copies
 */
function addKeepSignatures(model: TrainingGraph): readonly Variable[] {
  const { graph, network, averages } = model;
  const pairs = network.variables.map(({ variable: own }) => {
    const source = averages.get(own) ?? own;
    const copy = variable(graph, `${own.name}/kept`, source.dtype, source.shape);
    return { source, copy };
  });
  const keep = pairs.map(({ source, copy }) => assignVariable(copy, readVariable(source)));
  const restore = pairs.map(({ source, copy }) => assignVariable(source, readVariable(copy)));
  graph.signatures.set("keep", { inputs: {}, outputs: { done: whenDone(graph, keep) } });
  graph.signatures.set("restore", { inputs: {}, outputs: { done: whenDone(graph, restore) } });
  return pairs.map(({ copy }) => copy);
}

/** `save` fetches the variables by name, `load` sets them: what comes after is the same, bit for bit. */
export function addStateSignatures(graph: Graph, variables: readonly Variable[]): void {
  const fed = variables.map((target) => ({
    target,
    value: placeholder(graph, `load/${target.name}`, target.dtype, target.shape),
  }));
  const loaded = fed.map(({ target, value }) => assignVariable(target, value));
  graph.signatures.set("save", {
    inputs: {},
    outputs: Object.fromEntries(variables.map((source) => [source.name, readVariable(source)])),
  });
  graph.signatures.set("load", {
    inputs: Object.fromEntries(fed.map(({ target, value }) => [target.name, value])),
    outputs: { done: whenDone(graph, loaded) },
  });
}

/** Something to fetch once the nodes have run. */
function whenDone(graph: Graph, nodes: readonly GraphNode[]): GraphTensor {
  return identity(constant(graph, 1), nodes);
}
