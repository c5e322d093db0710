import type { DataType, Graph, GraphTensor, Shape } from "../graph.ts";

/** A scalar constant. */
export function constant(
  graph: Graph,
  value: number,
  dtype: "float32" | "int32" = "float32",
): GraphTensor {
  const numbers = dtype === "float32" ? Float32Array : Int32Array;
  return constantTensor(graph, numbers.of(value), []);
}

/** An int32 vector. */
export function integers(graph: Graph, values: Iterable<number>): GraphTensor {
  const numbers = Int32Array.from(values);
  return constantTensor(graph, numbers, [numbers.length]);
}

/** A constant of any shape; its values in row-major order. */
export function constantTensor(
  graph: Graph,
  values: Float32Array | Int32Array,
  shape: Shape,
): GraphTensor {
  const dtype = values instanceof Float32Array ? "float32" : "int32";
  const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const value = { tensor: { dtype, shape, content } } as const;
  const attributes = { dtype: { type: dtype }, value } as const;
  return graph.addTensor({ op: "Const", attributes, dtype, shape });
}

/** What a signature feeds. */
export function placeholder(
  graph: Graph,
  name: string,
  dtype: DataType,
  shape: Shape,
): GraphTensor {
  const attributes = { dtype: { type: dtype }, shape: { shape } };
  return graph.addTensor({ op: "Placeholder", name, attributes, dtype, shape });
}
