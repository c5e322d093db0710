import type { CnnPlan } from "../cnn/shapes.ts";
import type { CnnParameters } from "../cnn/parameters.ts";
import type { DatasetHeader } from "../core/dataset.ts";
import type { Precision } from "../core/study.ts";
import { Graph } from "./graph/graph.ts";
import { sumAll } from "./graph/operations/arithmetic.ts";
import { placeholder } from "./graph/operations/constant.ts";
import { crossEntropy, softmax } from "./graph/operations/cross-entropy.ts";
import { type Variable, variable } from "./graph/operations/variable.ts";
import { createEvaluation } from "./layers/layer.ts";
import { createNetwork, type Network } from "./layers/network.ts";
import { countCorrect, gatherBatch, type TrainingGraph } from "./signatures/parts.ts";
import {
  addInitialiseSignature,
  addKeepSignatures,
  addStateSignatures,
} from "./signatures/state.ts";
import { addStepSignature } from "./signatures/step.ts";

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
