import {
  addLike,
  type DataType,
  type Graph,
  type GraphNode,
  type GraphTensor,
  haveSameShape,
  type NodeSpec,
  requireShape,
  type Shape,
} from "../graph.ts";

/** A tensor that keeps its value between calls of the session. */
export interface Variable {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: Shape;
  /** TensorFlow's handle, an input of the operations that change it. */
  readonly handle: GraphTensor;
}

/** A new variable, without a value until one is assigned. @throws Error when the name is taken */
export function variable(graph: Graph, name: string, dtype: DataType, shape: Shape): Variable {
  const handle = graph.addTensor({
    op: "VarHandleOp",
    name,
    attributes: {
      dtype: { type: dtype },
      shape: { shape },
      shared_name: { string: name },
      container: { string: "" },
    },
    dtype: "resource",
    shape: [],
  });
  // Handles of one shared name are one variable to TensorFlow.
  if (handle.node.name !== name) throw new Error(`the graph has a ${name} already`);
  return { name, dtype, shape, handle };
}

/** The variable's value, once the nodes in `after` have run. */
export function readVariable(source: Variable, after: readonly GraphNode[] = []): GraphTensor {
  return source.handle.node.graph.addTensor({
    op: "ReadVariableOp",
    inputs: [source.handle],
    attributes: { dtype: { type: source.dtype } },
    dtype: source.dtype,
    shape: source.shape,
    after,
  });
}

/** A node that subtracts from the variable when it runs, after those in `after`. */
export function subtractFromVariable(
  target: Variable,
  value: GraphTensor,
  after: readonly GraphNode[] = [],
): GraphNode {
  return change("AssignSubVariableOp", target, value, { after });
}

/** A node that sets the variable when it runs. */
export function assignVariable(target: Variable, value: GraphTensor): GraphNode {
  const attributes = { dtype: { type: target.dtype }, validate_shape: { bool: false } };
  return change("AssignVariableOp", target, value, { attributes });
}

function change(
  op: string,
  { handle, dtype, shape }: Variable,
  value: GraphTensor,
  spec: Pick<NodeSpec, "after" | "attributes">,
): GraphNode {
  requireShape(haveSameShape({ shape }, value), op, { ...handle, shape }, value);
  const attributes = { dtype: { type: dtype } };
  return handle.node.graph.add({ op, inputs: [handle, value], attributes, outputs: [], ...spec });
}

/** Rows of the variable: [rows, ...] and int32 [n] give [n, ...]. */
export function gatherRows(source: Variable, rows: GraphTensor): GraphTensor {
  return source.handle.node.graph.addTensor({
    op: "ResourceGather",
    inputs: [source.handle, rows],
    attributes: {
      dtype: { type: source.dtype },
      Tindices: { type: rows.dtype },
      batch_dims: { int: 0 },
      validate_indices: { bool: true },
    },
    dtype: source.dtype,
    shape: [...rows.shape, ...source.shape.slice(1)],
  });
}

/** The value, once the nodes in `after` have run: how a signature's output pulls updates along. */
export function identity(
  value: GraphTensor,
  after: readonly GraphNode[],
  name?: string,
): GraphTensor {
  return addLike(value, "Identity", [value], { after, ...(name === undefined ? {} : { name }) });
}
