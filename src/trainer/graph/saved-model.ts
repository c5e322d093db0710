import {
  type Attribute,
  DATA_TYPE_NUMBERS,
  type Graph,
  type GraphNode,
  type GraphTensor,
  type Shape,
  type Signature,
} from "./graph.ts";
import { ProtobufWriter } from "./protobuf.ts";

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
