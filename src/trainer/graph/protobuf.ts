import { createRequire } from "node:module";
import { DATA_TYPE_NUMBERS, type DataType } from "./data-type.ts";
import type { Attribute, Graph, GraphNode, GraphTensor, Shape, Signature } from "./graph.ts";

/**
 * The one place that touches tfjs-node's protobuf classes (google-protobuf, without types of their
 * own): a graph in, the bytes of `saved_model.pb` out.
 */

interface Message {
  serializeBinary(): Uint8Array;
}

type MessageClass = new () => Message;

type Classes = Readonly<
  Record<
    "GraphDef" | "NodeDef" | "SavedModel" | "SignatureDef" | "Tensor" | "TensorInfo" | "VersionDef",
    MessageClass
  >
> & {
  readonly AttrValue: MessageClass & { readonly ListValue: MessageClass };
  readonly MetaGraphDef: MessageClass & { readonly MetaInfoDef: MessageClass };
  readonly TensorShape: MessageClass & { readonly Dim: MessageClass };
};

/** GraphDef version of TensorFlow 2.9, whose operations are all the trainer needs. */
const GRAPH_PRODUCER = 1087;
const SAVED_MODEL_SCHEMA_VERSION = 1;
export const SERVE_TAG = "serve";
/** What TensorFlow Serving asks of a signature; nothing else looks at it. */
const PREDICT_METHOD = "tensorflow/serving/predict";

/** The bytes of a SavedModel with this graph and its signatures. */
export function encodeSavedModel(graph: Graph): Uint8Array {
  const classes = createRequire(import.meta.url)(
    "@tensorflow/tfjs-node/dist/proto/api_pb.js",
  ) as Classes;
  return new Encoder(classes).savedModel(graph).serializeBinary();
}

class Encoder {
  readonly #classes: Classes;

  constructor(classes: Classes) {
    this.#classes = classes;
  }

  savedModel(graph: Graph): Message {
    const metaGraph = build(this.#classes.MetaGraphDef, {
      setMetaInfoDef: build(this.#classes.MetaGraphDef.MetaInfoDef, { setTagsList: [SERVE_TAG] }),
      setGraphDef: build(this.#classes.GraphDef, {
        setVersions: build(this.#classes.VersionDef, { setProducer: GRAPH_PRODUCER }),
        setNodeList: graph.nodes.map((node) => this.#node(node)),
      }),
    });
    fillMap(
      metaGraph,
      "getSignatureDefMap",
      mapValues(Object.fromEntries(graph.signatures), (s) => this.#signature(s)),
    );
    return build(this.#classes.SavedModel, {
      setSavedModelSchemaVersion: SAVED_MODEL_SCHEMA_VERSION,
      setMetaGraphsList: [metaGraph],
    });
  }

  #node(node: GraphNode): Message {
    const message = build(this.#classes.NodeDef, {
      setName: node.name,
      setOp: node.op,
      setInputList: [...node.inputs.map(tensorName), ...node.after.map(({ name }) => `^${name}`)],
    });
    return fillMap(
      message,
      "getAttrMap",
      mapValues(node.attributes, (value) => this.#attribute(value)),
    );
  }

  #attribute(attribute: Attribute): Message {
    const { AttrValue } = this.#classes;
    if ("type" in attribute)
      return build(AttrValue, { setType: DATA_TYPE_NUMBERS[attribute.type] });
    if ("int" in attribute) return build(AttrValue, { setI: attribute.int });
    if ("float" in attribute) return build(AttrValue, { setF: attribute.float });
    if ("bool" in attribute) return build(AttrValue, { setB: attribute.bool });
    if ("string" in attribute)
      return build(AttrValue, { setS: Buffer.from(attribute.string).toString("base64") });
    if ("shape" in attribute) return build(AttrValue, { setShape: this.#shape(attribute.shape) });
    if ("tensor" in attribute)
      return build(AttrValue, { setTensor: this.#tensor(attribute.tensor) });
    return build(AttrValue, {
      setList: build(AttrValue.ListValue, { setIList: [...attribute.ints] }),
    });
  }

  #tensor(tensor: { dtype: DataType; shape: Shape; content: Uint8Array }): Message {
    return build(this.#classes.Tensor, {
      setDtype: DATA_TYPE_NUMBERS[tensor.dtype],
      setTensorShape: this.#shape(tensor.shape),
      setTensorContent: tensor.content,
    });
  }

  #shape(shape: Shape): Message {
    const { TensorShape } = this.#classes;
    return build(TensorShape, {
      setDimList: shape.map((size) => build(TensorShape.Dim, { setSize: size })),
    });
  }

  #signature(signature: Signature): Message {
    const message = build(this.#classes.SignatureDef, { setMethodName: PREDICT_METHOD });
    const infos = (
      tensors: Readonly<Record<string, GraphTensor>>,
    ): Readonly<Record<string, Message>> =>
      mapValues(tensors, (tensor) => this.#tensorInfo(tensor));
    fillMap(message, "getInputsMap", infos(signature.inputs));
    return fillMap(message, "getOutputsMap", infos(signature.outputs));
  }

  /** tfjs-node's loader insists on a shape in every one. */
  #tensorInfo(tensor: GraphTensor): Message {
    return build(this.#classes.TensorInfo, {
      setName: tensorName(tensor),
      setDtype: DATA_TYPE_NUMBERS[tensor.dtype],
      setTensorShape: this.#shape(tensor.shape),
    });
  }
}

/** A new message with its setters called. */
function build(messageClass: MessageClass, setters: Readonly<Record<string, unknown>>): Message {
  const message = new messageClass();
  for (const [setter, value] of Object.entries(setters)) callMethod(message, setter, value);
  return message;
}

function fillMap(
  message: Message,
  getter: string,
  entries: Readonly<Record<string, Message>>,
): Message {
  const map = callMethod(message, getter) as { set(key: string, value: Message): void };
  for (const [key, value] of Object.entries(entries)) map.set(key, value);
  return message;
}

function callMethod(message: Message, name: string, ...values: readonly unknown[]): unknown {
  const method = (
    message as unknown as Record<string, ((...values: readonly unknown[]) => unknown) | undefined>
  )[name];
  if (method === undefined) throw new Error(`TensorFlow's message has no ${name}`);
  return method.apply(message, [...values]);
}

function mapValues<T>(
  record: Readonly<Record<string, T>>,
  convert: (value: T) => Message,
): Readonly<Record<string, Message>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value)]));
}

/** `node:0`, TensorFlow's name of an output. */
export function tensorName({ node, index }: GraphTensor): string {
  return `${node.name}:${index}`;
}
