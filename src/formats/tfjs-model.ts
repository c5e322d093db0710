import {
  type CnnLayer,
  IMAGES,
  NORMALIZATION_EPSILON,
  planModel,
  POOL_SIZE,
  sourceOf,
} from "../cnn/shapes.ts";
import type { RefittedModel } from "./model-file.ts";
import { bytesOf, type NamedTensor } from "./safetensors.ts";

/**
 * The network in tfjs's Layers format (tfjs-layers 4, `ModelJSON` of tfjs-core's io/types.ts): the same layers and
 * names, softmax at the end. It takes float32 [n, height, width, channels] in 0 .. 1.
 * @param weightsFile name of the weights, beside model.json
 * @returns the text of model.json; float32, little-endian, in its order
 */
export function encodeTfjsModel(
  model: RefittedModel,
  tensors: ReadonlyMap<string, NamedTensor>,
  weightsFile: string,
) {
  const named = [...tensors].map(([name, tensor]) => ({ name: tfjsName(name), ...tensor }));
  const description = {
    format: "layers-model",
    generatedBy: `bsweep ${model.bsweep}`,
    convertedBy: null,
    modelTopology: {
      class_name: "Model",
      config: {
        name: model.name,
        layers: describeLayers(model),
        input_layers: [[IMAGES, 0, 0]],
        output_layers: [[PROBABILITIES, 0, 0]],
      },
      keras_version: "tfjs-layers 4.22.0",
      backend: "tensor_flow.js",
    },
    weightsManifest: [
      {
        paths: [weightsFile],
        weights: named.map(({ name, shape }) => ({ name, shape, dtype: "float32" })),
      },
    ],
  };
  const weights = Buffer.concat(named.map(({ values }) => bytesOf(values)));
  return { description: JSON.stringify(description), weights };
}

interface Described {
  readonly class_name: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const PROBABILITIES = "probabilities";

function describe(className: string, name: string, settings: Described["config"]): Described {
  return { class_name: className, name, config: { name, ...settings } };
}

function describeLayers(model: RefittedModel): readonly Described[] {
  const { height, width, channels } = model.problem;
  const input = { batch_input_shape: [null, height, width, channels], dtype: "float32" };
  const described = [
    { ...describe("InputLayer", IMAGES, { ...input, sparse: false }), inbound_nodes: [] as object },
  ];
  // The last that stands for each layer of the network.
  const names = new Map([[IMAGES, IMAGES]]);
  let last = IMAGES;
  const add = (layer: Described, from: readonly string[]): void => {
    described.push({ ...layer, inbound_nodes: [from.map((name) => [name, 0, 0, {}])] });
    last = layer.name;
  };
  for (const layer of planModel(model).layers) {
    const source = names.get(sourceOf(layer) ?? "") ?? last;
    const other = layer.kind === "addition" ? [names.get(layer.from) ?? ""] : [];
    for (const [at, each] of describeLayer(layer).entries())
      add(each, at === 0 ? [source, ...other] : [last]);
    names.set(layer.name, last);
  }
  add(describe("Activation", PROBABILITIES, { activation: "softmax" }), [last]);
  return described;
}

function describeLayer(layer: CnnLayer): readonly Described[] {
  const { kind, name } = layer;
  switch (kind) {
    case "convolution":
      return [describeConvolution(layer)];
    case "batch-normalization":
      return [
        describe("BatchNormalization", name, { axis: -1, epsilon: NORMALIZATION_EPSILON }),
        describe("Activation", `${name}/activation`, { activation: tfjsActivation(layer) }),
      ];
    case "addition":
      return [
        describe("Add", name, {}),
        describe("Activation", `${name}/activation`, { activation: tfjsActivation(layer) }),
      ];
    case "pooling": {
      const size = [POOL_SIZE, POOL_SIZE];
      const className = layer.pooling === "max" ? "MaxPooling2D" : "AveragePooling2D";
      return [describe(className, name, { pool_size: size, strides: size, padding: "valid" })];
    }
    case "global-pooling":
      return [describe("GlobalAveragePooling2D", name, {})];
    case "flatten":
      return [describe("Flatten", name, {})];
    case "dense": {
      const { units, bias } = layer;
      const activation = tfjsActivation(layer);
      return [describe("Dense", name, { units, activation, use_bias: bias })];
    }
    case "dropout":
      return [describe("Dropout", name, { rate: layer.rate })];
  }
}

function describeConvolution(layer: Extract<CnnLayer, { kind: "convolution" }>): Described {
  const { name, filters, kernelSize, padding, bias } = layer;
  const activation = tfjsActivation(layer);
  const size = { kernel_size: [kernelSize, kernelSize], strides: [1, 1] };
  return describe("Conv2D", name, { filters, ...size, padding, activation, use_bias: bias });
}

/** tfjs has its own word for one. */
function tfjsActivation({ activation }: Extract<CnnLayer, { activation: unknown }>): string {
  return activation === "silu" ? "swish" : activation;
}

/** tfjs calls a normalization's statistics moving. */
function tfjsName(variable: string): string {
  return variable.replace(/\/norm\/(mean|variance)$/, "/norm/moving_$1");
}
