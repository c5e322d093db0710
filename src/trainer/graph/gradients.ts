import { type GraphNode, type GraphTensor, requireShape } from "./graph.ts";
import { addTensors, constant } from "./operations/tensors.ts";

/**
 * Adds the nodes that compute the gradient of `loss` (a scalar) with respect to each tensor of
 * `sources`, in their order. One reverse sweep over the nodes that lie between a source and the loss;
 * nothing is built for any other.
 *
 * @throws Error when a source does not reach the loss, or something in between has no gradient rule.
 */
export function differentiate(
  loss: GraphTensor,
  sources: readonly GraphTensor[],
): readonly GraphTensor[] {
  requireShape(loss.shape.length === 0, "the gradient of what is no scalar", loss);
  const { graph } = loss.node;
  const between = nodesReachedFrom(sources, graph.nodes);
  const gradients = new Map<GraphTensor, GraphTensor>([[loss, constant(graph, 1)]]);
  for (let id = loss.node.id; id >= 0; id--) {
    const node = graph.nodes[id];
    if (node !== undefined && between.has(node)) propagate(node, between, gradients);
  }
  return sources.map((source) => {
    const gradient = gradients.get(source);
    if (gradient === undefined) throw new Error(`${source.node.name} does not reach the loss`);
    return gradient;
  });
}

function nodesReachedFrom(
  sources: readonly GraphTensor[],
  nodes: readonly GraphNode[],
): ReadonlySet<GraphNode> {
  const reached = new Set(sources.map(({ node }) => node));
  for (const node of nodes) {
    if (node.inputs.some((input) => takesGradient(input, reached))) reached.add(node);
  }
  return reached;
}

/** Integers and truth values, such as a shape that dropout's mask is drawn with, pass no gradient on. */
function takesGradient({ node, dtype }: GraphTensor, reached: ReadonlySet<GraphNode>): boolean {
  return (dtype === "float32" || dtype === "bfloat16") && reached.has(node);
}

function propagate(
  node: GraphNode,
  between: ReadonlySet<GraphNode>,
  gradients: Map<GraphTensor, GraphTensor>,
): void {
  const [output, ...others] = node.outputs;
  if (others.some((other) => gradients.has(other)))
    throw new Error(`only the first output of ${node.op} ${node.name} has a gradient rule`);
  const incoming = output === undefined ? undefined : gradients.get(output);
  const wanted = node.inputs.map((input) => takesGradient(input, between));
  if (incoming === undefined || !wanted.includes(true)) return;
  if (node.gradient === undefined) throw new Error(`${node.op} ${node.name} has no gradient rule`);
  for (const [index, gradient] of node.gradient(incoming, wanted).entries()) {
    const input = node.inputs[index];
    if (input === undefined || wanted[index] !== true) continue;
    if (gradient === undefined)
      throw new Error(`${node.op} ${node.name} has no gradient rule for input ${index}`);
    const earlier = gradients.get(input);
    gradients.set(input, earlier === undefined ? gradient : addTensors(earlier, gradient));
  }
}
