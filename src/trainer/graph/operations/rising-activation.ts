import { addLike, type GraphTensor } from "../graph.ts";

/** TensorFlow's operation, its gradient operation, and which order that takes its inputs in. */
const OPERATIONS = {
  relu: { op: "Relu", gradientOp: "ReluGrad", gradientFirst: true },
  elu: { op: "Elu", gradientOp: "EluGrad", gradientFirst: true },
  sigmoid: { op: "Sigmoid", gradientOp: "SigmoidGrad", gradientFirst: false },
  tanh: { op: "Tanh", gradientOp: "TanhGrad", gradientFirst: false },
} as const;

/** Activations that nowhere fall: the largest of some values stays the largest. */
export type RisingActivation = keyof typeof OPERATIONS;

export function isRising(name: string): name is RisingActivation {
  return Object.hasOwn(OPERATIONS, name);
}

/** Applies the activation to each element. All four gradients follow from the output alone. */
export function activateRising(input: GraphTensor, name: RisingActivation): GraphTensor {
  const { op, gradientOp, gradientFirst } = OPERATIONS[name];
  const output: GraphTensor = addLike(input, op, [input], {
    gradient: (gradient) => [
      addLike(input, gradientOp, gradientFirst ? [gradient, output] : [output, gradient]),
    ],
  });
  return output;
}
