/** TensorFlow's element types that the trainer uses, with their numbers in TensorFlow's types.proto. */
export const DATA_TYPE_NUMBERS = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
} as const;

export type DataType = keyof typeof DATA_TYPE_NUMBERS;

/** Sizes of each dimension; -1 where only running tells (the batch). */
export type Shape = readonly number[];

/** One output of a node. */
export interface GraphTensor {
  readonly node: GraphNode;
  /** Which of the node's outputs. */
  readonly index: number;
  readonly dtype: DataType;
  readonly shape: Shape;
}

/** A node's attribute, tagged with its kind in TensorFlow's attr_value.proto. */
export type Attribute =
  | { readonly type: DataType }
  | { readonly int: number }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly shape: Shape }
  | { readonly ints: readonly number[] }
  | {
      readonly tensor: Pick<GraphTensor, "dtype" | "shape"> & { readonly content: Uint8Array };
    };

/**
 * The gradient of a loss with respect to each input, given the gradient with respect to the node's
 * first output. `undefined` for inputs nothing can flow to; `wanted[i]` is false where input i's is not needed.
 */
type GradientRule = (
  gradient: GraphTensor,
  wanted: readonly boolean[],
) => readonly (GraphTensor | undefined)[];

export interface NodeSpec {
  /** TensorFlow's operation, as in its ops registry. */
  readonly op: string;
  readonly inputs?: readonly GraphTensor[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly Pick<GraphTensor, "dtype" | "shape">[];
  /** Nodes that run before this one though no value flows. */
  readonly after?: readonly GraphNode[];
  /** Wanted name; the graph makes it unique. */
  readonly name?: string;
  readonly gradient?: GradientRule;
}

type TensorSpec = Omit<NodeSpec, "outputs"> & Pick<GraphTensor, "dtype" | "shape">;

export interface GraphNode extends Required<Omit<NodeSpec, "gradient">> {
  readonly graph: Graph;
  /** Position in the graph: inputs have smaller ones. */
  readonly id: number;
  readonly outputs: readonly GraphTensor[];
  readonly gradient: GradientRule | undefined;
}

/** A way into the graph: names for what is fed and what is fetched. */
export interface Signature {
  readonly inputs: Readonly<Record<string, GraphTensor>>;
  readonly outputs: Readonly<Record<string, GraphTensor>>;
}

/** A TensorFlow graph under construction. Nodes are added in an order in which they could run. */
export class Graph {
  readonly nodes: GraphNode[] = [];
  readonly signatures = new Map<string, Signature>();
  readonly #names = new Map<string, number>();

  add(spec: NodeSpec): GraphNode {
    const outputs: GraphTensor[] = [];
    const node: GraphNode = {
      ...{ inputs: [], attributes: {}, after: [], gradient: undefined, ...spec },
      ...{ graph: this, id: this.nodes.length, outputs },
      name: this.#uniqueName(spec.name ?? spec.op),
    };
    for (const [index, output] of spec.outputs.entries()) outputs.push({ node, index, ...output });
    this.nodes.push(node);
    return node;
  }

  /** Adds a node with one output and returns that. */
  addTensor({ dtype, shape, ...spec }: TensorSpec): GraphTensor {
    return firstOutput(this.add({ ...spec, outputs: [{ dtype, shape }] }));
  }

  #uniqueName(wanted: string): string {
    const used = this.#names.get(wanted) ?? 0;
    this.#names.set(wanted, used + 1);
    return used === 0 ? wanted : this.#uniqueName(`${wanted}_${used}`);
  }
}

/** Adds a node with one output, like a tensor where `spec` says nothing else; attribute T is that tensor's type. */
export function addLike(
  { node: { graph }, dtype, shape }: GraphTensor,
  op: string,
  inputs: readonly GraphTensor[],
  { attributes, ...spec }: Partial<Omit<TensorSpec, "op" | "inputs">> = {},
): GraphTensor {
  const typed = { T: { type: dtype }, ...attributes };
  return graph.addTensor({ op, inputs, attributes: typed, dtype, shape, ...spec });
}

/** A node's only or main output. @throws when it has none */
export function firstOutput(node: GraphNode): GraphTensor {
  const output = node.outputs[0];
  if (output === undefined) throw new Error(`${node.op} ${node.name} has no output`);
  return output;
}

/** The product of the known sizes: how many elements, or how many for each of an open size. */
export function countElements(shape: Shape): number {
  return shape.reduce((total, size) => (size === -1 ? total : total * size), 1);
}

/** Equal sizes in every dimension; an open one equals only an open one. */
export function haveSameShape(a: { readonly shape: Shape }, b: { readonly shape: Shape }): boolean {
  return a.shape.length === b.shape.length && a.shape.every((size, axis) => size === b.shape[axis]);
}

/** Says which tensors do not fit, before TensorFlow would say it less clearly. */
export function requireShape(fits: boolean, op: string, ...tensors: readonly GraphTensor[]): void {
  if (fits) return;
  const shapes = tensors.map(({ node, shape }) => `${node.name} [${shape.join(", ")}]`);
  throw new Error(`${op}: the shapes of ${shapes.join(" and ")} do not fit`);
}
