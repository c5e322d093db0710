import { placeholder } from "../graph/operations/constant.ts";
import { readRawFile } from "../graph/operations/raw-file.ts";
import { assignVariable, type Variable } from "../graph/operations/variable.ts";
import { filled } from "../layers/variables.ts";
import type { TrainingGraph } from "./parts.ts";
import { whenDone } from "./state.ts";

/** @param zeroed the variables that start at zero: the optimizer's and the kept weights */
export function addInitialiseSignature(model: TrainingGraph, zeroed: readonly Variable[]): void {
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
