import type { CnnParameters } from "../../cnn/parameters.ts";
import type { Precision } from "../../core/study.ts";
import type { Graph, GraphTensor } from "../graph/graph.ts";
import { argMax, cast, elementwise, multiply, sumAll } from "../graph/operations/arithmetic.ts";
import { constant } from "../graph/operations/constant.ts";
import { gatherRows, type Variable } from "../graph/operations/variable.ts";
import type { Network } from "../layers/network.ts";

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
