import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fetched, NativeBinding } from "../runtime/load.ts";
import {
  type Attribute,
  countElements,
  DATA_TYPE_NUMBERS,
  type Graph,
  type GraphNode,
  type GraphTensor,
  type Shape,
  type Signature,
} from "./graph.ts";
import { ProtobufWriter } from "./protobuf.ts";

/** What a signature is fed: a string, or numbers of the input's type. */
export type Feed = string | Int32Array | Float32Array;

/**
 * A graph loaded into TensorFlow. Values go straight to the native binding of tfjs-node: no tfjs tensor
 * is made for them, so nothing needs tidying and a call costs little more than the graph itself.
 */
export class Session {
  readonly #binding: NativeBinding;
  readonly #id: number;
  readonly #entries: ReadonlyMap<string, ReturnType<typeof prepare>>;

  /**
   * @param folder an empty or missing folder of this session's own: sessions loaded from one folder would share variables
   */
  constructor(binding: NativeBinding, graph: Graph, folder: string) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "saved_model.pb"), encodeSavedModel(graph));
    this.#binding = binding;
    this.#id = binding.loadSavedModel(folder, SERVE_TAG);
    this.#entries = new Map(
      [...graph.signatures].map(([name, signature]) => [name, prepare(signature)]),
    );
  }

  /**
   * Runs a signature. Blocks Node until TensorFlow is done.
   * @param feeds one value for every input of the signature
   * @returns the outputs by name, elements in row-major order
   */
  run(signature: string, feeds: Readonly<Record<string, Feed>>): Readonly<Record<string, Fetched>> {
    const entry = this.#entries.get(signature);
    if (entry === undefined) throw new Error(`the graph has no signature ${signature}`);
    const inputIds: number[] = [];
    try {
      for (const [name, tensor] of entry.inputs)
        inputIds.push(this.#feed(name, tensor, feeds[name]));
      const { inputNames, outputNames } = entry;
      const outputs = this.#binding.runSavedModel(this.#id, inputIds, inputNames, outputNames);
      return Object.fromEntries(
        outputs.map(({ id }, index) => [entry.outputs[index] ?? "", this.#fetch(id)]),
      );
    } finally {
      for (const id of inputIds) this.#binding.deleteTensor(id);
    }
  }

  #feed(name: string, tensor: GraphTensor, value: Feed | undefined): number {
    if (value === undefined) throw new Error(`nothing is fed to ${name}`);
    const dtype = DATA_TYPE_NUMBERS[tensor.dtype];
    if (typeof value === "string")
      return this.#binding.createTensor([], dtype, [new TextEncoder().encode(value)]);
    return this.#binding.createTensor(feedShape(tensor, value), dtype, value);
  }

  #fetch(id: number): Fetched {
    const values = this.#binding.tensorDataSync(id);
    this.#binding.deleteTensor(id);
    return values;
  }

  /** Frees the graph and its variables. */
  close(): void {
    this.#binding.deleteSavedModel(this.#id);
  }
}

/** A signature with its names joined once, not at every step. */
function prepare({ inputs, outputs }: Signature) {
  const namesOf = (tensors: Signature["inputs"]) =>
    Object.values(tensors).map(tensorName).join(",");
  return {
    inputs: Object.entries(inputs),
    outputs: Object.keys(outputs),
    inputNames: namesOf(inputs),
    outputNames: namesOf(outputs),
  };
}

/** The graph's shape, its one open size reckoned from the number of values. */
function feedShape(tensor: GraphTensor, values: Int32Array | Float32Array): readonly number[] {
  const known = countElements(tensor.shape);
  const shape = tensor.shape.map((size) => (size === -1 ? values.length / known : size));
  if (!shape.every(Number.isInteger) || countElements(shape) !== values.length) {
    throw new Error(
      `${tensor.node.name} [${tensor.shape.join(", ")}] is fed ${values.length} values`,
    );
  }
  return shape;
}

/** GraphDef version of TensorFlow 2.9, whose operations are all the trainer needs. */
const GRAPH_PRODUCER = 1087;
const SAVED_MODEL_SCHEMA_VERSION = 1;
export const SERVE_TAG = "serve";
/** What TensorFlow Serving asks of a signature; nothing else looks at it. */
const PREDICT_METHOD = "tensorflow/serving/predict";

/** The bytes of `saved_model.pb` with this graph and its signatures. */
export function encodeSavedModel(graph: Graph): Uint8Array {
  return new SavedModelWriter().savedModel(graph);
}

/**
 * Field numbers are those of TensorFlow's saved_model, meta_graph, graph, node_def, attr_value, tensor and
 * tensor_shape.proto.
 */
class SavedModelWriter {
  readonly #to = new ProtobufWriter();

  savedModel(graph: Graph): Uint8Array {
    this.#to.integer(1, SAVED_MODEL_SCHEMA_VERSION);
    this.#to.message(2, () => {
      this.#to.message(1, () => this.#to.text(4, SERVE_TAG));
      this.#to.message(2, () => this.#graphDef(graph));
      this.#to.map(5, graph.signatures, (signature) => this.#signatureDef(signature));
    });
    return this.#to.finish();
  }

  #graphDef(graph: Graph): void {
    for (const node of graph.nodes) this.#to.message(1, () => this.#nodeDef(node));
    this.#to.message(4, () => this.#to.integer(1, GRAPH_PRODUCER));
  }

  #nodeDef({ name, op, inputs, after, attributes }: GraphNode): void {
    this.#to.text(1, name);
    this.#to.text(2, op);
    for (const input of inputs) this.#to.text(3, tensorName(input));
    for (const node of after) this.#to.text(3, `^${node.name}`);
    this.#to.map(5, Object.entries(attributes), (attribute) => this.#attrValue(attribute));
  }

  #attrValue(attribute: Attribute): void {
    if ("ints" in attribute) this.#to.message(1, () => this.#to.integers(3, attribute.ints));
    else if ("string" in attribute) this.#to.text(2, attribute.string);
    else if ("int" in attribute) this.#to.integer(3, attribute.int);
    else if ("float" in attribute) this.#to.float(4, attribute.float);
    else if ("bool" in attribute) this.#to.integer(5, Number(attribute.bool));
    else if ("type" in attribute) this.#to.integer(6, DATA_TYPE_NUMBERS[attribute.type]);
    else if ("shape" in attribute) this.#shape(7, attribute.shape);
    else this.#to.message(8, () => this.#tensor(attribute.tensor));
  }

  #tensor({ dtype, shape, content }: Extract<Attribute, { tensor: unknown }>["tensor"]): void {
    this.#to.integer(1, DATA_TYPE_NUMBERS[dtype]);
    this.#shape(2, shape);
    this.#to.bytes(4, content);
  }

  #shape(field: number, shape: Shape): void {
    this.#to.message(field, () => {
      for (const size of shape) this.#to.message(2, () => this.#to.integer(1, size));
    });
  }

  #signatureDef({ inputs, outputs }: Signature): void {
    this.#to.map(1, Object.entries(inputs), (tensor) => this.#tensorInfo(tensor));
    this.#to.map(2, Object.entries(outputs), (tensor) => this.#tensorInfo(tensor));
    this.#to.text(3, PREDICT_METHOD);
  }

  /** With a shape always: tfjs-node's own loader insists on it. */
  #tensorInfo(tensor: GraphTensor): void {
    this.#to.text(1, tensorName(tensor));
    this.#to.integer(2, DATA_TYPE_NUMBERS[tensor.dtype]);
    this.#shape(3, tensor.shape);
  }
}

/** `node:0`, TensorFlow's name of an output. */
export function tensorName({ node, index }: GraphTensor): string {
  return `${node.name}:${index}`;
}
