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
import { activateRising } from "../../../src/trainer/graph/operations/rising-activation.ts";
import { gelu } from "../../../src/trainer/graph/operations/gelu.ts";
import { silu } from "../../../src/trainer/graph/operations/silu.ts";
import {
  addTensors,
  cast,
  constantTensor,
  divide,
  halfSumOfSquares,
  multiply,
  multiplyTensors,
  placeholder,
  reshape,
  sumAll,
} from "../../../src/trainer/graph/operations/tensors.ts";
import { normalizeBatch } from "../../../src/trainer/graph/operations/batch-normalization.ts";
import {
  averagePool,
  conv2d,
  maxPool,
  maxPoolOfRelu,
} from "../../../src/trainer/graph/operations/convolution.ts";
import {
  crossEntropy,
  smoothedCrossEntropy,
} from "../../../src/trainer/graph/operations/cross-entropy.ts";
import { biasAdd, matMul } from "../../../src/trainer/graph/operations/matrix-product.ts";
import { globalAverage } from "../../../src/trainer/graph/operations/global-average.ts";
import { dropout } from "../../../src/trainer/graph/operations/random.ts";
import type { Feed } from "../../../src/trainer/graph/session.ts";
import { loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { NORMALIZATION_EPSILON } from "../../support/oracle.ts";
import {
  drawLabels,
  drawNormal,
  relativeDifference,
  roundToBfloat16,
  runOnce,
} from "../../support/graph.ts";

const tf = loadTensorFlow({ threads: 1 });

/** A use of an operation. `-1` in a shape is the batch. */
interface Row {
  /** The function under test; its name titles the row. */
  readonly operation: (...parts: never[]) => unknown;
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
  /** Numbers that bfloat16 holds are fed, to the oracle too: what is left is the operation's own rounding. */
  readonly bfloat16?: true;
}

const TOLERANCE = { float32: 1e-4, bfloat16: 3e-2 } as const;

const first = <T>(values: readonly T[], index = 0): T => {
  const value = values[index];
  if (value === undefined) throw new Error(`the row has no input ${index}`);
  return value;
};

/** Kernels of 1 .. 5, valid and same, on images of these sizes, with the filter's gradient in both ways. */
const convolutionRows = (...sizes: readonly Shape[]): Row[] =>
  [1, 2, 3, 4, 5].flatMap((kernel) =>
    (["valid", "same"] as const).flatMap((padding) =>
      (kernel === 1 ? (["direct"] as const) : (["direct", "patches"] as const)).flatMap((way) =>
        sizes.map(([height = 0, width = 0, channels = 0]): Row => ({
          operation: conv2d,
          note: `${kernel} x ${kernel} ${padding} on ${height} x ${width} x ${channels}, ${way}`,
          inputs: [
            [-1, height, width, channels],
            [kernel, kernel, channels, 4],
          ],
          build: (inputs) => conv2d(first(inputs), first(inputs, 1), padding, () => way),
          oracle: (inputs) =>
            tf.conv2d(first(inputs) as Tensor4D, first(inputs, 1) as Tensor4D, 1, padding),
        })),
      ),
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
      operation: maxPoolOfRelu,
      build: (inputs) => maxPoolOfRelu(first(inputs)),
      oracle: (inputs) => tf.maxPool(tf.relu(first(inputs) as Tensor4D), 2, 2, "valid"),
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
  operation: activateRising,
  note: name,
  inputs: [[-1, 4, 3]],
  build: (inputs) => activate(first(inputs), name),
  oracle: (inputs) => tf[name](first(inputs)),
}));

/** x times a share of it. */
const smoothRows: Row[] = (["gelu", "silu"] as const).map((name) => ({
  operation: { gelu, silu }[name],
  inputs: [[-1, 4, 3]],
  build: (inputs) => activate(first(inputs), name),
  oracle: (inputs) => {
    const x = first(inputs);
    const share =
      name === "silu" ? tf.sigmoid(x) : tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
    return tf.mul(x, share);
  },
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

/** Each channel's mean and variance over the batch, as tfjs has them. */
function normalizeOracle([input, gamma, beta]: readonly Tensor[]): Tensor {
  if (input === undefined) throw new Error("nothing to normalize");
  const { mean, variance } = tf.moments(input, [0, 1, 2]);
  return tf.batchNorm(input, mean, variance, beta, gamma, NORMALIZATION_EPSILON);
}

const normalizationRows = [
  [4, 5],
  [1, 1],
].map(([height = 0, width = 0]): Row => ({
  operation: normalizeBatch,
  note: `${height} x ${width}`,
  inputs: [[-1, height, width, 6], [6], [6]],
  build: (inputs) => normalizeBatch(first(inputs), first(inputs, 1), first(inputs, 2)).output,
  oracle: normalizeOracle,
  // One example of one pixel is its own mean.
  batches: height === 1 ? [3, 7] : [1, 3],
}));

const smoothingRows = [
  [2, 0.1],
  [10, 0.3],
].map(([classes = 0, smoothing = 0]): Row => ({
  operation: smoothedCrossEntropy,
  note: `${classes} classes, ${smoothing}`,
  inputs: [[-1, classes]],
  classes,
  build: (inputs, data) => smoothedCrossEntropy(first(inputs), data, smoothing),
  oracle: (inputs, data) => {
    const truth = tf
      .oneHot(data, classes)
      .mul(1 - smoothing)
      .add(smoothing / classes);
    return tf.neg(tf.sum(tf.mul(tf.logSoftmax(first(inputs)), truth), 1));
  },
}));

const float32Rows: readonly Row[] = [
  ...convolutionRows([5, 5, 1], [7, 6, 3], [6, 5, 16]),
  ...poolingRows,
  ...activationRows,
  ...smoothRows,
  ...[
    [1, 1],
    [3, 4],
  ].map(([height = 0, width = 0]): Row => ({
    operation: globalAverage,
    note: `${height} x ${width}`,
    inputs: [[-1, height, width, 5]],
    build: (inputs) => globalAverage(first(inputs)),
    oracle: (inputs) => tf.mean(first(inputs), [1, 2]),
  })),
  {
    operation: multiplyTensors,
    inputs: [
      [-1, 4, 3],
      [-1, 4, 3],
    ],
    build: (inputs) => multiplyTensors(first(inputs), first(inputs, 1)),
    oracle: (inputs) => tf.mul(first(inputs), first(inputs, 1)),
  },
  ...normalizationRows,
  ...smoothingRows,
  {
    operation: addTensors,
    inputs: [
      [-1, 4, 3],
      [-1, 4, 3],
    ],
    build: (inputs) => addTensors(first(inputs), first(inputs, 1)),
    oracle: (inputs) => tf.add(first(inputs), first(inputs, 1)),
  },
  {
    operation: addTensors,
    note: "to itself",
    inputs: [[-1, 6]],
    build: (inputs) => addTensors(first(inputs), first(inputs)),
    oracle: (inputs) => tf.mul(first(inputs), 2),
  },
  {
    operation: halfSumOfSquares,
    inputs: [[-1, 4, 3]],
    build: (inputs) => halfSumOfSquares(first(inputs)),
    oracle: (inputs) => tf.div(tf.sum(tf.square(first(inputs))), 2),
  },
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

/** The row with every input cast to bfloat16; gamma and beta stay what they are, as in the network. */
function inBfloat16(row: Row): Row {
  const castAll = (inputs: readonly GraphTensor[]): readonly GraphTensor[] =>
    inputs.map((input, at) =>
      row.operation === normalizeBatch && at > 0 ? input : cast(input, "bfloat16"),
    );
  return {
    ...row,
    note: [row.note, "bfloat16"].filter(Boolean).join(", "),
    bfloat16: true,
    build: (inputs, data) => cast(row.build(castAll(inputs), cast(data, "bfloat16")), "float32"),
  };
}

/** What the network does in the precision of the study. */
const IN_BFLOAT16: readonly Row["operation"][] = [
  ...[
    conv2d,
    maxPool,
    averagePool,
    globalAverage,
    addTensors,
    activateRising,
    gelu,
    silu,
    maxPoolOfRelu,
    biasAdd,
    matMul,
    normalizeBatch,
    dropout,
    reshape,
  ],
];

const rows: readonly Row[] = [
  ...float32Rows,
  ...float32Rows.filter(({ operation }) => IN_BFLOAT16.includes(operation)).map(inBfloat16),
  inBfloat16({
    operation: cast,
    inputs: [[-1, 4, 3]],
    build: (inputs) => first(inputs),
    oracle: (inputs) => first(inputs),
  }),
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
      const values = drawNormal(countElements(sizes), `input ${at}`);
      return { sizes, values: row.bfloat16 ? values.map(roundToBfloat16) : values };
    });
    const data = drawData(row, batch);
    const type = row.classes === undefined ? "float32" : "int32";
    const dataInput = placeholder(graph, "data", type, row.classes ? [-1] : (row.factor ?? []));
    const output = row.build(inputs, dataInput);

    const oracleInputs = fed.map(({ sizes, values }) => tf.tensor(values, sizes));
    const oracleData = tf.tensor(data.values, [...data.shape], type);
    const expected = row.oracle(oracleInputs, oracleData);
    // Weights make the gradient that arrives at the operation differ from element to element.
    const drawn = drawNormal(expected.size, "weights");
    const weightValues = row.bfloat16 ? drawn.map(roundToBfloat16) : drawn;
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
    const tolerance = TOLERANCE[row.bfloat16 ? "bfloat16" : "float32"];
    expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance);
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
