import { addLike, type GraphTensor, requireShape, type Shape } from "../graph.ts";
import { constant, constantTensor, integers, reshape, shapeOf, slice } from "./tensors.ts";
import { product } from "./matrix-product.ts";
import { POOL_SIZE } from "../../../cnn/shapes.ts";

/** How the gradient of a filter is computed: by TensorFlow's own operation, or as one product of patches and gradient. */
export type FilterGradient = "direct" | "patches";

/** Decides by the filter, [kernel, kernel, channels, filters], and the convolution's output, [batch, height, width, filters]. */
export type ChooseFilterGradient = (
  filter: Pick<GraphTensor, "dtype" | "shape">,
  output: Shape,
) => FilterGradient;

/**
 * 2-D convolution with stride 1.
 * @param input [batch, height, width, channels]
 * @param filter [kernel, kernel, channels, filters]
 * @param choose how the filter's gradient is computed
 * @returns [batch, height', width', filters]
 */
export function conv2d(
  input: GraphTensor,
  filter: GraphTensor,
  padding: "valid" | "same",
  choose: ChooseFilterGradient = () => "direct",
): GraphTensor {
  const attributes = {
    strides: { ints: [1, 1, 1, 1] },
    padding: { string: padding.toUpperCase() },
    data_format: { string: "NHWC" },
  };
  const shape = outputShape(input, filter, padding === "valid");
  const chosen = choose(filter, shape);
  const filterGradient = (gradient: GraphTensor): GraphTensor => {
    if (chosen === "patches") return filterGradientByPatches(input, filter, padding, gradient);
    const inputs = [input, integers(input.node.graph, filter.shape), gradient];
    return addLike(filter, "Conv2DBackpropFilter", inputs, { attributes });
  };
  return addLike(input, "Conv2D", [input, filter], {
    attributes,
    shape,
    gradient: (gradient, [inputWanted]) => [
      inputWanted === true
        ? addLike(input, "Conv2DBackpropInput", [shapeOf(input), filter, gradient], { attributes })
        : undefined,
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

/** The gradient of a convolution with respect to its filter as one product of matrices, patches x gradient. */
function filterGradientByPatches(
  images: GraphTensor,
  { shape }: GraphTensor,
  padding: "valid" | "same",
  gradient: GraphTensor,
): GraphTensor {
  const [kernel = 1, , channels = 0, filters = 0] = shape;
  const input = padding === "valid" ? images : padded(images, kernel);
  const positions = reshape(gradient, [-1, filters]);
  const flat = [kernel * kernel * channels, filters];
  const result =
    channels === 1
      ? product(stackPatches(input, kernel, gradient), positions, flat)
      : product(gatherPatches(input, kernel, gradient), positions, flat, { transposeA: true });
  return reshape(result, shape);
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

/**
 * `maxPool` of relu. The gradient of relu is taken on the quarter of the elements that pooling leaves: it goes on to the
 * largest of each window, which was above 0 where what is left of it is.
 */
export function maxPoolOfRelu(input: GraphTensor): GraphTensor {
  const pooled = maxPool(addLike(input, "Relu", [input], { gradient: (gradient) => [gradient] }));
  return addLike(pooled, "Identity", [pooled], {
    gradient: (gradient) => [addLike(pooled, "ReluGrad", [gradient, pooled])],
  });
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
