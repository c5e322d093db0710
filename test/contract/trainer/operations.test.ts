import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import { differentiate } from "../../../src/trainer/graph/gradients.ts";
import {
  countElements,
  Graph,
  type GraphTensor,
  type Shape,
} from "../../../src/trainer/graph/graph.ts";
import { activate } from "../../../src/trainer/graph/operations/activation.ts";
import { divide, multiply, sumAll } from "../../../src/trainer/graph/operations/arithmetic.ts";
import { biasAdd } from "../../../src/trainer/graph/operations/bias.ts";
import { constantTensor, placeholder } from "../../../src/trainer/graph/operations/constant.ts";
import { conv2d } from "../../../src/trainer/graph/operations/convolution.ts";
import { crossEntropy } from "../../../src/trainer/graph/operations/cross-entropy.ts";
import { matMul } from "../../../src/trainer/graph/operations/matrix-product.ts";
import { averagePool, maxPool } from "../../../src/trainer/graph/operations/pooling.ts";
import { dropout } from "../../../src/trainer/graph/operations/random.ts";
import { reshape } from "../../../src/trainer/graph/operations/shape.ts";
import type { Feed } from "../../../src/trainer/graph/session.ts";
import { loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { drawLabels, drawNormal, relativeDifference, runOnce } from "../../support/graph.ts";

const tf = await loadTensorFlow({ threads: 1 });

/** A use of an operation. `-1` in a shape is the batch. */
interface Row {
  /** The function under test; its name titles the row. */
  readonly operation: (...parts: never[]) => GraphTensor;
  readonly note?: string;
  /** Real inputs: the gradient with respect to each is compared. */
  readonly inputs: readonly Shape[];
  /** Inputs that nothing flows back to: factors in 0.5 .. 2.5, or this many classes. */
  readonly factor?: Shape;
  readonly classes?: number;
  readonly build: (inputs: readonly GraphTensor[], data: GraphTensor) => GraphTensor;
  /** The same in tfjs. */
  readonly oracle: (inputs: readonly Tensor[], data: Tensor) => Tensor;
  readonly batches?: readonly number[];
}

const first = <T>(values: readonly T[], index = 0): T => {
  const value = values[index];
  if (value === undefined) throw new Error(`the row has no input ${index}`);
  return value;
};

const convolutionRows = ([1, 2, 3, 4, 5] as const).flatMap((kernel) =>
  (["valid", "same"] as const).flatMap((padding) =>
    [
      [5, 5, 1],
      [7, 6, 3],
      // Enough channels for the filter's gradient to be a product of matrices.
      [6, 5, 16],
    ].map(([height = 0, width = 0, channels = 0]): Row => ({
      operation: conv2d,
      note: `${kernel} x ${kernel} ${padding} on ${height} x ${width} x ${channels}`,
      inputs: [
        [-1, height, width, channels],
        [kernel, kernel, channels, 4],
      ],
      build: (inputs) => conv2d(first(inputs), first(inputs, 1), padding),
      oracle: (inputs) =>
        tf.conv2d(first(inputs) as Tensor4D, first(inputs, 1) as Tensor4D, 1, padding),
    })),
  ),
);

const poolingRows = [
  [2, 2],
  [4, 6],
  [5, 7],
  [3, 2],
].flatMap(([height = 0, width = 0]): Row[] => {
  const common = { note: `${height} x ${width}`, inputs: [[-1, height, width, 3]] };
  return [
    {
      ...common,
      operation: maxPool,
      build: (inputs) => maxPool(first(inputs)),
      oracle: (inputs) => tf.maxPool(first(inputs) as Tensor4D, 2, 2, "valid"),
    },
    {
      ...common,
      operation: averagePool,
      build: (inputs) => averagePool(first(inputs)),
      oracle: (inputs) => tf.avgPool(first(inputs) as Tensor4D, 2, 2, "valid"),
    },
  ];
});

const activationRows = (["relu", "elu", "sigmoid", "tanh"] as const).map((name): Row => ({
  operation: activate,
  note: name,
  inputs: [[-1, 4, 3]],
  build: (inputs) => activate(first(inputs), name),
  oracle: (inputs) => tf[name](first(inputs)),
}));

const RATE = 0.4;

/** What dropout with this seed multiplies by: itself, applied to ones. */
function dropoutMask(batch: number): Tensor {
  const graph = new Graph();
  const ones = constantTensor(graph, new Float32Array(batch * 30).fill(1), [batch, 30]);
  const seed = constantTensor(graph, Int32Array.of(3, 4), [2]);
  const { mask } = runOnce(tf, graph, {}, { mask: dropout(ones, RATE, seed, 5) }, {});
  return tf.tensor(mask ?? [], [batch, 30]);
}

const rows: readonly Row[] = [
  ...convolutionRows,
  ...poolingRows,
  ...activationRows,
  {
    operation: biasAdd,
    note: "to images",
    inputs: [[-1, 3, 2, 5], [5]],
    build: (inputs) => biasAdd(first(inputs), first(inputs, 1)),
    oracle: (inputs) => tf.add(first(inputs), first(inputs, 1)),
  },
  {
    operation: biasAdd,
    note: "to rows",
    inputs: [[-1, 5], [5]],
    build: (inputs) => biasAdd(first(inputs), first(inputs, 1)),
    oracle: (inputs) => tf.add(first(inputs), first(inputs, 1)),
  },
  {
    operation: matMul,
    inputs: [
      [-1, 7],
      [7, 5],
    ],
    build: (inputs) => matMul(first(inputs), first(inputs, 1)),
    oracle: (inputs) => tf.matMul(first(inputs), first(inputs, 1)),
  },
  {
    operation: reshape,
    note: "flatten",
    inputs: [[-1, 3, 2, 5]],
    build: (inputs) => reshape(first(inputs), [-1, 30]),
    oracle: (inputs) => tf.reshape(first(inputs), [-1, 30]),
  },
  {
    operation: multiply,
    note: "by a tensor",
    inputs: [[-1, 6]],
    factor: [-1, 6],
    build: (inputs, data) => multiply(first(inputs), data),
    oracle: (inputs, data) => tf.mul(first(inputs), data),
  },
  {
    operation: multiply,
    note: "by a scalar",
    inputs: [[-1, 6]],
    factor: [],
    build: (inputs, data) => multiply(first(inputs), data),
    oracle: (inputs, data) => tf.mul(first(inputs), data),
  },
  {
    operation: divide,
    note: "by a tensor",
    inputs: [[-1, 6]],
    factor: [-1, 6],
    build: (inputs, data) => divide(first(inputs), data),
    oracle: (inputs, data) => tf.div(first(inputs), data),
  },
  {
    operation: divide,
    note: "by a scalar",
    inputs: [[-1, 6]],
    factor: [],
    build: (inputs, data) => divide(first(inputs), data),
    oracle: (inputs, data) => tf.div(first(inputs), data),
  },
  {
    operation: sumAll,
    inputs: [[-1, 4, 3]],
    build: (inputs) => sumAll(first(inputs)),
    oracle: (inputs) => tf.sum(first(inputs)),
  },
  {
    operation: crossEntropy,
    inputs: [[-1, 10]],
    classes: 10,
    build: (inputs, data) => crossEntropy(first(inputs), data),
    oracle: (inputs, data) => {
      const truth = tf.oneHot(data, 10);
      return tf.neg(tf.sum(tf.mul(tf.logSoftmax(first(inputs)), truth), 1));
    },
  },
  ...[1, 3].map((batch): Row => ({
    operation: dropout,
    inputs: [[-1, 30]],
    batches: [batch],
    build: (inputs) => {
      const { graph } = first(inputs).node;
      return dropout(first(inputs), RATE, constantTensor(graph, Int32Array.of(3, 4), [2]), 5);
    },
    oracle: (inputs) => tf.mul(first(inputs), dropoutMask(batch)),
  })),
];

const cases = rows.flatMap((row) =>
  (row.batches ?? [1, 3]).map((batch) => ({
    title: [row.operation.name, row.note ?? "", `batch ${batch}`].filter(Boolean).join(", "),
    row,
    batch,
  })),
);

/** Values for an input whose batch is known. */
function drawData({ factor, classes }: Row, batch: number): { shape: Shape; values: Feed } {
  if (classes !== undefined)
    return { shape: [batch], values: drawLabels(batch, classes, "labels") };
  const shape = withBatch(factor ?? [], batch);
  const values = drawNormal(countElements(shape), "factor").map((x) => 1.5 + Math.tanh(x));
  return { shape, values };
}

function withBatch(shape: Shape, batch: number): number[] {
  return shape.map((size) => (size === -1 ? batch : size));
}

describe("value and gradients are those of tfjs", () => {
  test.each(cases)("$title", ({ row, batch }) => {
    const graph = new Graph();
    const inputs = row.inputs.map((shape, at) =>
      placeholder(graph, `input${at}`, "float32", shape),
    );
    const fed = row.inputs.map((shape, at) => {
      const sizes = withBatch(shape, batch);
      return { sizes, values: drawNormal(countElements(sizes), `input ${at}`) };
    });
    const data = drawData(row, batch);
    const type = row.classes === undefined ? "float32" : "int32";
    const dataInput = placeholder(graph, "data", type, row.classes ? [-1] : (row.factor ?? []));
    const output = row.build(inputs, dataInput);

    const oracleInputs = fed.map(({ sizes, values }) => tf.tensor(values, sizes));
    const oracleData = tf.tensor(data.values, [...data.shape], type);
    const expected = row.oracle(oracleInputs, oracleData);
    // Weights make the gradient that arrives at the operation differ from element to element.
    const weightValues = drawNormal(expected.size, "weights");
    const oracleWeights = tf.tensor(weightValues, expected.shape);
    const expectedGradients = tf.grads((...tensors: Tensor[]) =>
      tf.sum(tf.mul(row.oracle(tensors, oracleData), oracleWeights)),
    )(oracleInputs);

    const weights = placeholder(graph, "weights", "float32", output.shape);
    const gradients = differentiate(sumAll(multiply(output, weights)), inputs);
    const fetched = runOnce(
      tf,
      graph,
      Object.fromEntries([...inputs, dataInput, weights].map((input) => [input.node.name, input])),
      Object.fromEntries([output, ...gradients].map((tensor, at) => [`output${at}`, tensor])),
      {
        ...Object.fromEntries(fed.map(({ values }, at) => [`input${at}`, values])),
        data: data.values,
        weights: weightValues,
      },
    );
    const differences = [expected, ...expectedGradients].map((tensor, at) =>
      relativeDifference(fetched[`output${at}`] ?? [], tensor),
    );
    expect(Math.max(...differences)).toBeLessThanOrEqual(1e-4);
    expect(withBatch(output.shape, batch)).toEqual(expected.shape);
    expect(gradients.map(({ shape }) => shape)).toEqual(row.inputs);
  });
});

test("every function with a gradient rule is in the table", () => {
  const folder = join(import.meta.dirname, "../../../src/trainer/graph/operations");
  const withRule = readdirSync(folder).flatMap((file) => {
    const [, ...functions] = readFileSync(join(folder, file), "utf8").split("\nexport function ");
    return functions
      .filter((text) => /\bgradient[:,]/.test(text))
      .map((text) => /^\w+/.exec(text)?.[0]);
  });
  expect(withRule.length).toBeGreaterThan(5);
  const covered = new Set(rows.map(({ operation }) => operation.name));
  expect(withRule.filter((name) => !covered.has(name ?? ""))).toEqual([]);
});

describe("dropout", () => {
  const draw = (seed: readonly [number, number], use: number, rate = RATE): number[] => {
    const graph = new Graph();
    const ones = constantTensor(graph, new Float32Array(20000).fill(1), [20000]);
    const fed = placeholder(graph, "seed", "int32", [2]);
    const outputs = { mask: dropout(ones, rate, fed, use) };
    const { mask } = runOnce(tf, graph, { seed: fed }, outputs, { seed: Int32Array.from(seed) });
    return [...(mask ?? [])];
  };

  test("drops the given fraction and keeps the mean", () => {
    const mask = draw([1, 2], 0);
    const dropped = mask.filter((value) => value === 0).length / mask.length;
    // Five standard deviations of a binomial fraction.
    expect(Math.abs(dropped - RATE)).toBeLessThan(5 * Math.sqrt((RATE * (1 - RATE)) / mask.length));
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / (1 - RATE))]));
    expect(new Set(draw([1, 2], 0, 0))).toEqual(new Set([1]));
  });

  test("is a function of seed and use", () => {
    expect(draw([1, 2], 0)).toEqual(draw([1, 2], 0));
    const others = [draw([1, 3], 0), draw([2, 2], 0), draw([1, 2], 1)];
    const overlap = RATE ** 2 + (1 - RATE) ** 2;
    const mask = draw([1, 2], 0);
    for (const other of others) {
      const equal = mask.filter((value, at) => value === other[at]).length / mask.length;
      expect(Math.abs(equal - overlap)).toBeLessThan(0.02);
    }
  });
});
