import type { Graph, GraphNode, GraphTensor } from "../graph/graph.ts";
import { constant, placeholder } from "../graph/operations/constant.ts";
import { readRawFile } from "../graph/operations/files.ts";
import {
  assignVariable,
  identity,
  readVariable,
  type Variable,
  variable,
} from "../graph/operations/variable.ts";
import { filled } from "../layers/layer.ts";
import type { TrainingGraph } from "./parts.ts";

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

/**
 * `keep` copies the weights that evaluation uses, `restore` brings them back. The weights that training goes on
 * from stay as they are where averages are judged: training is over then.
 * @returns the copies
 */
export function addKeepSignatures({
  graph,
  network,
  averages,
}: TrainingGraph): readonly Variable[] {
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
