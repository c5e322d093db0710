import type { Graph, GraphTensor, Shape } from "../graph.ts";
import type { DataType } from "../data-type.ts";

/** A scalar constant. */
export function constant(
  graph: Graph,
  value: number,
  dtype: "float32" | "int32" = "float32",
): GraphTensor {
  return constantTensor(
    graph,
    dtype === "float32" ? Float32Array.of(value) : Int32Array.of(value),
    [],
  );
}

/** A constant of any shape; its values in row-major order. */
export function constantTensor(
  graph: Graph,
  values: Float32Array | Int32Array,
  shape: Shape,
): GraphTensor {
  const dtype = values instanceof Float32Array ? "float32" : "int32";
  const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return graph.addTensor({
    op: "Const",
    attributes: { dtype: { type: dtype }, value: { tensor: { dtype, shape, content } } },
    dtype,
    shape,
  });
}

/** What a signature feeds. */
export function placeholder(
  graph: Graph,
  name: string,
  dtype: DataType,
  shape: Shape,
): GraphTensor {
  return graph.addTensor({
    op: "Placeholder",
    name,
    attributes: { dtype: { type: dtype }, shape: { shape } },
    dtype,
    shape,
  });
}
