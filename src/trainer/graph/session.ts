import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fetched, NativeBinding } from "../runtime/load.ts";
import {
  countElements,
  DATA_TYPE_NUMBERS,
  type Graph,
  type GraphTensor,
  type Signature,
} from "./graph.ts";
import { encodeSavedModel, SERVE_TAG, tensorName } from "./saved-model.ts";

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
