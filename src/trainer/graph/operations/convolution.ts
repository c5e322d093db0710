import { addLike, type GraphTensor, requireShape, type Shape } from "../graph.ts";
import { constant, constantTensor, integers, reshape, shapeOf, slice } from "./tensors.ts";
import { product } from "./matrix-product.ts";
import { POOL_SIZE } from "../../../cnn/shapes.ts";

/**
 * 2-D convolution with stride 1.
 * @param input [batch, height, width, channels]
 * @param filter [kernel, kernel, channels, filters]
 * @returns [batch, height', width', filters]
 */
export function conv2d(
  input: GraphTensor,
  filter: GraphTensor,
  padding: "valid" | "same",
): GraphTensor {
  const attributes = {
    strides: { ints: [1, 1, 1, 1] },
    padding: { string: padding.toUpperCase() },
    data_format: { string: "NHWC" },
  };
  const filterGradient = (gradient: GraphTensor): GraphTensor => {
    const inputs = [input, integers(input.node.graph, filter.shape), gradient];
    return addLike(filter, "Conv2DBackpropFilter", inputs, { attributes });
  };
  return addLike(input, "Conv2D", [input, filter], {
    attributes,
    shape: outputShape(input, filter, padding === "valid"),
    gradient: (gradient, [inputWanted]) => [
      inputWanted === true
        ? addLike(input, "Conv2DBackpropInput", [shapeOf(input), filter, gradient], { attributes })
        : undefined,
      filterGradientByPatches({ input, filterShape: filter.shape, padding }, gradient) ??
        filterGradient(gradient),
    ],
  });
}

function outputShape(input: GraphTensor, filter: GraphTensor, losesBorder: boolean): Shape {
  const [batch = -1, height = 0, width = 0, channels] = input.shape;
  const [kernelHeight = 1, kernelWidth = 1, filterChannels, filters = 0] = filter.shape;
  const [lostHeight, lostWidth] = losesBorder ? [kernelHeight - 1, kernelWidth - 1] : [0, 0];
  const images = input.shape.length === 4 && filter.shape.length === 4;
  const fits = channels === filterChannels && height > lostHeight && width > lostWidth;
  requireShape(images && fits, "Conv2D", input, filter);
  return [batch, height - lostHeight, width - lostWidth, filters];
}

/** A stride-1 convolution, as its filter's gradient needs it. */
interface FilterUse {
  /** [batch, height, width, channels] */
  readonly input: GraphTensor;
  /** [kernel, kernel, channels, filters] */
  readonly filterShape: Shape;
  readonly padding: "valid" | "same";
}

/** From here on a patch's pixels are long enough to be copied one by one. */
const LEAST_CHANNELS = 16;
/** Patches that no longer fit the processor's cache cost more than they save, and memory besides. */
const MOST_PATCH_BYTES = 256 * 1024;

/**
 * The gradient of a convolution with respect to its filter as one product of matrices, patches x gradient:
 * without AVX-512 oneDNN's own operation has two thirds of its matrix product's speed, and half for images
 * of one channel.
 * @param incoming the gradient with respect to the convolution's output
 * @returns undefined where TensorFlow's operation is as good
 */
export function filterGradientByPatches(
  use: FilterUse,
  incoming: GraphTensor,
): GraphTensor | undefined {
  if (!pays(use, incoming)) return undefined;
  const [kernel = 1, , channels = 0, filters = 0] = use.filterShape;
  const input = use.padding === "valid" ? use.input : padded(use.input, kernel);
  const positions = reshape(incoming, [-1, filters]);
  const flat = [kernel * kernel * channels, filters];
  const result =
    channels === 1
      ? product(stackPatches(input, kernel, incoming), positions, flat)
      : product(gatherPatches(input, kernel, incoming), positions, flat, { transposeA: true });
  return reshape(result, use.filterShape);
}

function pays({ input, filterShape }: FilterUse, { shape }: GraphTensor): boolean {
  const [kernel = 1, , channels = 0] = filterShape;
  const [, height = 0, width = 0] = shape;
  if (input.dtype !== "float32" || kernel === 1) return false;
  if (channels !== 1 && channels < LEAST_CHANNELS) return false;
  return height * width * kernel * kernel * channels * 4 <= MOST_PATCH_BYTES;
}

/** What `same` padding adds around images: zeros, the odd one below and to the right. */
function padded(input: GraphTensor, kernel: number): GraphTensor {
  const before = Math.floor((kernel - 1) / 2);
  const sides = [before, kernel - 1 - before];
  const [batch = -1, height = 0, width = 0, channels = 0] = input.shape;
  const paddings = Int32Array.of(0, 0, ...sides, ...sides, 0, 0);
  return addLike(input, "Pad", [input, constantTensor(input.node.graph, paddings, [4, 2])], {
    attributes: { Tpaddings: { type: "int32" } },
    shape: [batch, height + kernel - 1, width + kernel - 1, channels],
  });
}

/** Patches as rows [batch x height x width, kernel x kernel x channels]: pixel by pixel, each its channels long. */
function gatherPatches(input: GraphTensor, kernel: number, output: GraphTensor): GraphTensor {
  const { graph } = input.node;
  const [, inputHeight = 0, inputWidth = 0, channels = 0] = input.shape;
  const [, height = 0, width = 0] = output.shape;
  const pixels: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let row = 0; row < kernel; row++)
        for (let column = 0; column < kernel; column++)
          pixels.push((y + row) * inputWidth + x + column);
  const gathered = graph.addTensor({
    op: "GatherV2",
    inputs: [
      reshape(input, [-1, inputHeight * inputWidth, channels]),
      integers(graph, pixels),
      constant(graph, 1, "int32"),
    ],
    attributes: {
      Tparams: { type: input.dtype },
      Tindices: { type: "int32" },
      Taxis: { type: "int32" },
      batch_dims: { int: 0 },
    },
    dtype: input.dtype,
    shape: [-1, pixels.length, channels],
  });
  return reshape(gathered, [-1, kernel * kernel * channels]);
}

/** Patches of one channel as columns [kernel x kernel, batch x height x width]: one slice of the images a row. */
function stackPatches(input: GraphTensor, kernel: number, output: GraphTensor): GraphTensor {
  const { graph } = input.node;
  const [, height = 0, width = 0] = output.shape;
  const slices = Array.from({ length: kernel * kernel }, (_, place) => {
    const corner = [0, Math.floor(place / kernel), place % kernel, 0];
    return reshape(slice(input, corner, [-1, height, width, 1]), [1, -1]);
  });
  return addLike(input, "ConcatV2", [...slices, constant(graph, 0, "int32")], {
    attributes: { N: { int: slices.length }, Tidx: { type: "int32" } },
    shape: [slices.length, -1],
  });
}

const ATTRIBUTES = {
  ksize: { ints: [1, POOL_SIZE, POOL_SIZE, 1] },
  strides: { ints: [1, POOL_SIZE, POOL_SIZE, 1] },
  padding: { string: "VALID" },
  data_format: { string: "NHWC" },
} as const;

/** The largest of each 2 x 2 window of [batch, height, width, channels]; an odd last row or column is left out. */
export function maxPool(input: GraphTensor): GraphTensor {
  return pool(input, "MaxPool", (output) => [input, output]);
}

/** The mean of each 2 x 2 window, otherwise as `maxPool`. */
export function averagePool(input: GraphTensor): GraphTensor {
  return pool(input, "AvgPool", () => [shapeOf(input)]);
}

/** @param remembered what the gradient's operation takes before the gradient */
function pool(
  input: GraphTensor,
  op: "MaxPool" | "AvgPool",
  remembered: (output: GraphTensor) => readonly GraphTensor[],
): GraphTensor {
  const output: GraphTensor = addLike(input, op, [input], {
    attributes: ATTRIBUTES,
    shape: pooledShape(input),
    gradient: (gradient) => [
      addLike(input, `${op}Grad`, [...remembered(output), gradient], { attributes: ATTRIBUTES }),
    ],
  });
  return output;
}

function pooledShape(input: GraphTensor): Shape {
  const [batch = -1, height = 0, width = 0, channels = 0] = input.shape;
  const fits = input.shape.length === 4 && height >= POOL_SIZE && width >= POOL_SIZE;
  requireShape(fits, "pooling", input);
  return [batch, Math.floor(height / POOL_SIZE), Math.floor(width / POOL_SIZE), channels];
}
