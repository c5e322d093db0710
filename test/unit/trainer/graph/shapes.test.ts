import { expect, test } from "vitest";
import { Graph, type GraphTensor, type Shape } from "../../../../src/trainer/graph/graph.ts";
import { activate } from "../../../../src/trainer/graph/operations/activation.ts";
import {
  addTensors,
  divide,
  elementwise,
  multiply,
  placeholder,
  reshape,
} from "../../../../src/trainer/graph/operations/tensors.ts";
import { normalizeBatch } from "../../../../src/trainer/graph/operations/batch-normalization.ts";
import {
  averagePool,
  conv2d,
  maxPool,
} from "../../../../src/trainer/graph/operations/convolution.ts";
import {
  crossEntropy,
  smoothedCrossEntropy,
} from "../../../../src/trainer/graph/operations/cross-entropy.ts";
import { transformImages } from "../../../../src/trainer/graph/operations/images.ts";
import { biasAdd, matMul } from "../../../../src/trainer/graph/operations/matrix-product.ts";
import { assignVariable, variable } from "../../../../src/trainer/graph/operations/variable.ts";

const graph = new Graph();
const tensor = (...shape: number[]): GraphTensor =>
  placeholder(graph, `[${shape.join(",")}]`, "float32", shape);
const labels = (...shape: number[]): GraphTensor => placeholder(graph, "labels", "int32", shape);

const misfits: readonly (readonly [string, () => unknown])[] = [
  ["conv2d, other channels", () => conv2d(tensor(-1, 5, 5, 3), tensor(3, 3, 1, 8), "same")],
  ["conv2d, kernel one too large", () => conv2d(tensor(-1, 4, 4, 1), tensor(5, 5, 1, 8), "valid")],
  ["conv2d, kernel two too large", () => conv2d(tensor(-1, 3, 3, 1), tensor(5, 5, 1, 8), "valid")],
  ["conv2d, kernel far too large", () => conv2d(tensor(-1, 3, 9, 1), tensor(9, 9, 1, 8), "valid")],
  ["conv2d, rows for images", () => conv2d(tensor(-1, 25), tensor(3, 3, 1, 8), "same")],
  ["conv2d, volumes", () => conv2d(tensor(-1, 5, 5, 1, 2), tensor(3, 3, 1, 8), "same")],
  ["maxPool, one row", () => maxPool(tensor(-1, 1, 4, 3))],
  ["maxPool, rows for images", () => maxPool(tensor(-1, 4))],
  ["averagePool, one column", () => averagePool(tensor(-1, 4, 1, 3))],
  ["biasAdd, other length", () => biasAdd(tensor(-1, 4), tensor(5))],
  ["biasAdd, a matrix", () => biasAdd(tensor(-1, 4), tensor(1, 4))],
  ["matMul, other inner size", () => matMul(tensor(-1, 4), tensor(5, 2))],
  ["matMul, images", () => matMul(tensor(-1, 4, 4), tensor(4, 2))],
  ["multiply, another shape", () => multiply(tensor(-1, 4), tensor(4))],
  ["multiply, a scalar by more", () => multiply(tensor(), tensor(4))],
  ["divide, another shape", () => divide(tensor(-1, 4), tensor(-1, 3))],
  ["elementwise, another shape", () => elementwise("AddV2", tensor(2, 3), tensor(3, 2))],
  ["crossEntropy, images", () => crossEntropy(tensor(-1, 2, 2), labels(-1))],
  ["crossEntropy, one-hot labels", () => crossEntropy(tensor(-1, 10), labels(-1, 10))],
  ["crossEntropy, other batch", () => crossEntropy(tensor(3, 10), labels(4))],
  ["smoothedCrossEntropy, images", () => smoothedCrossEntropy(tensor(-1, 2, 2), labels(-1), 0.1)],
  ["smoothedCrossEntropy, other batch", () => smoothedCrossEntropy(tensor(3, 9), labels(4), 0.1)],
  ["addTensors, another shape", () => addTensors(tensor(-1, 4), tensor(-1, 3))],
  ["addTensors, a scalar", () => addTensors(tensor(-1, 4), tensor())],
  ["normalizeBatch, rows", () => normalizeBatch(tensor(-1, 4), tensor(4), tensor(4))],
  [
    "normalizeBatch, other channels",
    () => normalizeBatch(tensor(-1, 2, 2, 4), tensor(3), tensor(3)),
  ],
  ["transformImages, too few numbers", () => transformImages(tensor(-1, 4, 4, 1), tensor(-1, 6))],
  ["transformImages, rows", () => transformImages(tensor(-1, 4), tensor(-1, 8))],
  ["reshape, more elements", () => reshape(tensor(2, 3), [7])],
  ["reshape, a remainder", () => reshape(tensor(2, 3), [-1, 4])],
  ["reshape, two open sizes", () => reshape(tensor(2, 3), [-1, -1])],
  ["assign", () => assignVariable(variable(graph, "v", "float32", [2, 3]), tensor(3, 2))],
];

test.each(misfits)("%s: an error before TensorFlow sees it", (_title, build) => {
  expect(build).toThrow(/fit/);
});

test("an error names the operation, both tensors and their shapes", () => {
  const other = new Graph();
  const images = placeholder(other, "batch", "float32", [-1, 28, 28, 1]);
  const kernel = placeholder(other, "kernel", "float32", [3, 3, 2, 8]);
  expect(() => conv2d(images, kernel, "same")).toThrow(
    "Conv2D: the shapes of batch [-1, 28, 28, 1] and kernel [3, 3, 2, 8] do not fit",
  );
});

const fits: readonly (readonly [string, () => GraphTensor, Shape])[] = [
  ["valid", () => conv2d(tensor(-1, 5, 7, 1), tensor(5, 5, 1, 8), "valid"), [-1, 1, 3, 8]],
  ["same", () => conv2d(tensor(-1, 2, 2, 1), tensor(5, 5, 1, 8), "same"), [-1, 2, 2, 8]],
  ["maxPool", () => maxPool(tensor(-1, 5, 7, 3)), [-1, 2, 3, 3]],
  ["averagePool", () => averagePool(tensor(4, 2, 2, 3)), [4, 1, 1, 3]],
  ["matMul", () => matMul(tensor(-1, 4), tensor(4, 2)), [-1, 2]],
  ["activate", () => activate(tensor(-1, 4), "elu"), [-1, 4]],
  ["scalar first", () => elementwise("Mul", tensor(), tensor(-1, 4)), [-1, 4]],
  ["crossEntropy", () => crossEntropy(tensor(-1, 10), labels(-1)), [-1]],
];

test.each(fits)("%s: the shape is inferred", (_title, build, shape) => {
  expect(build().shape).toEqual(shape);
});

test("a variable's name is its own: TensorFlow would make one variable of two", () => {
  const other = new Graph();
  variable(other, "block1/kernel", "float32", [2]);
  expect(() => variable(other, "block1/kernel", "float32", [2])).toThrow(
    "the graph has a block1/kernel already",
  );
});

test("node names are made unique", () => {
  const other = new Graph();
  const names = ["a", "a", "a_1", "a", "b"].map(
    (name) => placeholder(other, name, "float32", []).node.name,
  );
  expect(new Set(names).size).toBe(5);
  expect(names[0]).toBe("a");
});
