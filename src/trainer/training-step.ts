import type { CnnParameters } from "../cnn/parameters.ts";
import type { Precision } from "../core/study.ts";
import { filterGradientRule } from "./filter-gradient.ts";
import { differentiate } from "./graph/gradients.ts";
import type { Graph, GraphNode, GraphTensor } from "./graph/graph.ts";
import type { FilterGradient } from "./graph/operations/convolution.ts";
import {
  addTensors,
  argMax,
  cast,
  constant,
  divide,
  elementwise,
  halfSumOfSquares,
  multiply,
  placeholder,
  sizeOf,
  sumAll,
} from "./graph/operations/tensors.ts";
import { crossEntropy, smoothedCrossEntropy } from "./graph/operations/cross-entropy.ts";
import {
  assignVariable,
  gatherRows,
  identity,
  readVariable,
  subtractFromVariable,
  type Variable,
  variable,
} from "./graph/operations/variable.ts";
import { augment } from "./layers/augmentation.ts";
import { TrainingPass } from "./layers/layer.ts";
import type { Network } from "./layers/network.ts";
import { type MakeSlot, OPTIMIZERS, type StepRates } from "./optimizers.ts";
import type { Cpu } from "./runtime/cpu.ts";

/** The graph under construction, with what its signatures share. */
export interface TrainingGraph {
  readonly graph: Graph;
  readonly params: CnnParameters;
  readonly precision: Precision;
  readonly network: Network;
  /** The packed data set, uint8, and the weight of each class. */
  readonly data: { readonly images: Variable; readonly labels: Variable };
  readonly classWeights: Variable;
  /** Moving averages by the variable they follow; empty without `emaDecay`. */
  readonly averages: ReadonlyMap<Variable, Variable>;
  /** Of the processor that is to train. */
  readonly features: Cpu["features"];
  /** How the step computes the gradients of the convolutions' filters, in the order of the layers. */
  readonly filterGradients: FilterGradient[];
}

/** Pixels are stored as 0 .. 255 and trained on as 0 .. 1. */
export const PIXEL_SCALE = 1 / 255;

/** The batch: pixels as float32 in [0, 1] and labels as int32. */
export function gatherBatch(
  { data: { images, labels } }: TrainingGraph,
  rows: GraphTensor,
): { images: GraphTensor; labels: GraphTensor } {
  const pixels = cast(gatherRows(images, rows), "float32");
  return {
    images: multiply(pixels, constant(rows.node.graph, PIXEL_SCALE)),
    labels: cast(gatherRows(labels, rows), "int32"),
  };
}

export function countCorrect(
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
export function addStepSignature(model: TrainingGraph): readonly Variable[] {
  const { graph, network, params } = model;
  const rows = placeholder(graph, "step/rows", "int32", [-1]);
  const learningRate = placeholder(graph, "step/learningRate", "float32", []);
  const seed = placeholder(graph, "step/seed", "int32", [2]);
  const choose = filterGradientRule(model.features, params.batchSize);
  const pass = new TrainingPass(model.precision, seed, (filter, output) => {
    const chosen = choose(filter, output);
    model.filterGradients.push(chosen);
    return chosen;
  });
  const batch = gatherBatch(model, rows);
  const images = augment(batch.images, params, pass.training);
  const logits = network.forward(images, pass);
  const examples = cast(sizeOf(rows), "float32");
  const loss = trainingLoss(model, pass, { logits, labels: batch.labels, examples });
  const zeroed: Variable[] = [];
  const makeSlot: MakeSlot = (name, like) => {
    const slot = variable(graph, name, "float32", like.shape);
    zeroed.push(slot);
    return slot;
  };
  const counter = makeSlot("optimizer/steps", { shape: [] });
  const step = elementwise("AddV2", readVariable(counter), 1);
  const updates = updateAll(model, pass, loss, { learningRate, step }, makeSlot);
  const changes = [...updates, ...pass.alsoRun, assignVariable(counter, step)];
  graph.signatures.set("step", {
    inputs: { rows, learningRate, seed },
    outputs: {
      loss: identity(loss, changes, "step/loss"),
      correct: countCorrect(logits, batch.labels).correct,
    },
  });
  return zeroed;
}

/**
 * What a step minimizes, a scalar: cross-entropy, each example by its class's weight, plus the l2 penalty.
 * @param batch logits [batch, classes]; labels int32 [batch]; examples: the batch's size, a float32 scalar, for a
 *   partial batch divides by its own
 */
function trainingLoss(
  { params, network, classWeights }: TrainingGraph,
  pass: TrainingPass,
  { logits, labels, examples }: Readonly<Record<"logits" | "labels" | "examples", GraphTensor>>,
): GraphTensor {
  const { labelSmoothing, l2 } = params;
  const each =
    labelSmoothing > 0
      ? smoothedCrossEntropy(logits, labels, labelSmoothing)
      : crossEntropy(logits, labels);
  const weighted =
    params.classWeights === "none" ? each : multiply(each, gatherRows(classWeights, labels));
  const loss = divide(sumAll(weighted), examples);
  if (l2 === 0) return loss;
  const penalties = kernelsOf(network).map((kernel) => halfSumOfSquares(pass.read(kernel)));
  const penalty = multiply(penalties.reduce(addTensors), constant(loss.node.graph, 2 * l2));
  return addTensors(loss, penalty);
}

function kernelsOf({ variables }: Network): readonly Variable[] {
  return variables.filter(({ role }) => role === "kernel").map(({ variable }) => variable);
}

/** One update of each variable by its gradient, and of its average after that. */
function updateAll(
  { network, params, averages }: TrainingGraph,
  { reads }: TrainingPass,
  loss: GraphTensor,
  rates: StepRates,
  makeSlot: MakeSlot,
): readonly GraphNode[] {
  const update = OPTIMIZERS[params.optimizer](params, makeSlot);
  const kernels = kernelsOf(network);
  const targets = [...reads.keys()];
  const gradients = differentiate(loss, [...reads.values()]);
  return targets.flatMap((target, index) => {
    const gradient = gradients[index];
    if (gradient === undefined) return [];
    const decays = kernels.includes(target);
    const updated = update({ variable: target, decays }, gradient, rates);
    const average = averages.get(target);
    if (average === undefined) return [updated];
    return [updateAverage(average, readVariable(target, [updated]), params.emaDecay, rates.step)];
  });
}

/**
 * average -= (1 - decay) (average - value), with a decay of at most (1 + step) / (10 + step), so that the first
 * steps do not weigh for ever (as TensorFlow's ExponentialMovingAverage with num_updates).
 */
function updateAverage(
  average: Variable,
  value: GraphTensor,
  decay: number,
  step: GraphTensor,
): GraphNode {
  const early = elementwise(
    "RealDiv",
    elementwise("AddV2", step, 1),
    elementwise("AddV2", step, 10),
  );
  const kept = elementwise("Minimum", early, decay);
  const distance = elementwise("Sub", readVariable(average), value);
  const share = elementwise("Sub", constant(value.node.graph, 1), kept);
  return subtractFromVariable(average, elementwise("Mul", distance, share));
}
