import { expect, test } from "vitest";
import { differentiate } from "../../../../src/trainer/graph/gradients.ts";
import { Graph, type GraphTensor } from "../../../../src/trainer/graph/graph.ts";
import { activate } from "../../../../src/trainer/graph/operations/activation.ts";
import {
  argMax,
  cast,
  elementwise,
  multiply,
  placeholder,
  sumAll,
} from "../../../../src/trainer/graph/operations/tensors.ts";
import { conv2d } from "../../../../src/trainer/graph/operations/convolution.ts";
import { crossEntropy } from "../../../../src/trainer/graph/operations/cross-entropy.ts";
import { dropout } from "../../../../src/trainer/graph/operations/random.ts";
import { biasAdd, matMul } from "../../../../src/trainer/graph/operations/matrix-product.ts";

function input(graph: Graph, name: string, shape: readonly number[]): GraphTensor {
  return placeholder(graph, name, "float32", shape);
}

function opsAddedBy(graph: Graph, work: () => unknown): string[] {
  const before = graph.nodes.length;
  work();
  return graph.nodes.slice(before).map(({ op }) => op);
}

test("nothing is built for what reaches no source", () => {
  const graph = new Graph();
  const images = input(graph, "images", [-1, 5, 5, 2]);
  const kernel = input(graph, "kernel", [3, 3, 2, 2]);
  const convolved = conv2d(images, kernel, "valid");
  const loss = sumAll(activate(convolved, "relu"));
  const added = opsAddedBy(graph, () => differentiate(loss, [kernel]));
  expect(added).toEqual([
    "Const", // the loss's own gradient
    "Shape",
    "Fill",
    "ReluGrad",
    "Const", // the kernel's sizes
    "Conv2DBackpropFilter",
  ]);
});

test("nothing is built for branches beside the loss", () => {
  const graph = new Graph();
  const source = input(graph, "source", [-1, 3]);
  const loss = sumAll(source);
  argMax(activate(source, "tanh"));
  expect(opsAddedBy(graph, () => differentiate(loss, [source]))).toEqual([
    "Const",
    "Shape",
    "Fill",
  ]);
});

test("a source that does not reach the loss is an error", () => {
  const graph = new Graph();
  const source = input(graph, "source", [3]);
  const other = input(graph, "other", [3]);
  const loss = sumAll(source);
  expect(() => differentiate(loss, [source, other])).toThrow("other does not reach the loss");
  const later = activate(source, "relu");
  expect(() => differentiate(loss, [later])).toThrow("Relu does not reach the loss");
});

test("an operation without a rule is an error", () => {
  const graph = new Graph();
  const source = input(graph, "source", [3]);
  const loss = sumAll(elementwise("Sub", source, input(graph, "other", [3])));
  expect(() => differentiate(loss, [source])).toThrow("Sub Sub has no gradient rule");
});

test("a factor that depends on a source is an error, not a wrong gradient", () => {
  const graph = new Graph();
  const source = input(graph, "source", [3]);
  const squares = multiply(source, source);
  expect(() => differentiate(sumAll(squares), [source])).toThrow(
    "Mul Mul has no gradient rule for input 1",
  );
});

test("an operation's second output has no rule", () => {
  const graph = new Graph();
  const logits = input(graph, "logits", [-1, 3]);
  const losses = crossEntropy(logits, placeholder(graph, "labels", "int32", [-1]));
  const [, second] = losses.node.outputs;
  if (second === undefined) throw new Error("expected a second output");
  expect(() => differentiate(sumAll(second), [logits])).toThrow("only the first output of");
});

test("integers on the way pass nothing on and need no rule", () => {
  const graph = new Graph();
  const source = input(graph, "source", [-1, 3]);
  const seed = placeholder(graph, "seed", "int32", [2]);
  const winners = cast(argMax(source), "float32");
  const scaled = multiply(dropout(source, 0.5, seed, 0), sumAll(winners));
  const [gradient] = differentiate(sumAll(scaled), [source]);
  expect(gradient?.shape).toEqual([-1, 3]);
});

test("a gradient of what is no scalar is an error", () => {
  const graph = new Graph();
  const source = input(graph, "source", [3]);
  expect(() => differentiate(activate(source, "relu"), [source])).toThrow("Relu [3]");
});

test("the loss itself has gradient one, and a source may lie behind another", () => {
  const graph = new Graph();
  const source = input(graph, "source", [2, 3]);
  const weights = input(graph, "weights", [3, 3]);
  const product = matMul(source, weights);
  const loss = sumAll(biasAdd(product, input(graph, "bias", [3])));
  const gradients = differentiate(loss, [loss, product, source]);
  expect(gradients.map(({ shape }) => shape)).toEqual([[], [2, 3], [2, 3]]);
  expect(gradients[0]?.node.op).toBe("Const");
});
