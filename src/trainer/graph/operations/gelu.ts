import { addLike, type GraphTensor } from "../graph.ts";
import { addTensors, cast, constant, elementwise, multiply, multiplyTensors } from "./tensors.ts";

/**
 * x times the standard normal distribution function of x (Hendrycks and Gimpel, arXiv 1606.08415, eq. 1), in float32
 * whatever the type: x / 2 + x / 2 erf(x / sqrt 2). Not the approximation by tanh.
 */
export function gelu(input: GraphTensor): GraphTensor {
  const x = cast(input, "float32");
  const times = (tensor: GraphTensor, factor: number): GraphTensor =>
    multiply(tensor, constant(tensor.node.graph, factor));
  const half = times(x, 0.5);
  const sum = addTensors(half, multiplyTensors(half, erf(times(x, Math.SQRT1_2))));
  return cast(sum, input.dtype);
}

/** The error function; its slope is 2 / sqrt pi exp(-x^2). */
function erf(input: GraphTensor): GraphTensor {
  return addLike(input, "Erf", [input], {
    gradient: (gradient) => {
      const bell = addLike(input, "Exp", [
        addLike(input, "Neg", [elementwise("Mul", input, input)]),
      ]);
      return [elementwise("Mul", elementwise("Mul", gradient, bell), 2 / Math.sqrt(Math.PI))];
    },
  });
}
