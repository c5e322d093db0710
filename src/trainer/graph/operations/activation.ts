import type { GraphTensor } from "../graph.ts";

/** TensorFlow's operation, its gradient operation, and which order that takes its inputs in. */
const OPERATIONS = {
  relu: { op: "Relu", gradientOp: "ReluGrad", gradientFirst: true },
  elu: { op: "Elu", gradientOp: "EluGrad", gradientFirst: true },
  sigmoid: { op: "Sigmoid", gradientOp: "SigmoidGrad", gradientFirst: false },
  tanh: { op: "Tanh", gradientOp: "TanhGrad", gradientFirst: false },
} as const;

export type ActivationName = keyof typeof OPERATIONS;

/** Applies the activation to each element. All four gradients follow from the output alone. */
export function activate(input: GraphTensor, name: ActivationName): GraphTensor {
  const { op, gradientOp, gradientFirst } = OPERATIONS[name];
  const { graph } = input.node;
  const attributes = { T: { type: input.dtype } };
  const output: GraphTensor = graph.addTensor({
    op,
    inputs: [input],
    attributes,
    dtype: input.dtype,
    shape: input.shape,
    gradient: (gradient) => [
      graph.addTensor({
        op: gradientOp,
        inputs: gradientFirst ? [gradient, output] : [output, gradient],
        attributes,
        dtype: input.dtype,
        shape: input.shape,
      }),
    ],
  });
  return output;
}
