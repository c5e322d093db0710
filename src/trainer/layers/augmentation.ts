import type { CnnParameters } from "../../cnn/parameters.ts";
import type { GraphTensor } from "../graph/graph.ts";
import { batchShape, elementwise, stackColumns, unary } from "../graph/operations/tensors.ts";
import { transformImages } from "../graph/operations/images.ts";
import { randomBetween } from "../graph/operations/random.ts";
import { drawFlips } from "./flip.ts";
import type { TrainingMode } from "./layer.ts";

type Augmentation = Pick<CnnParameters, "rotation" | "shift" | "zoom" | "shear" | "flip">;

const RADIANS_PER_DEGREE = Math.PI / 180;

/**
 * Turns, moves, stretches and slants each image by amounts of its own, uniform within the parameters' limits,
 * and mirrors half of them, about the centre. Without any limit above 0, and no flip, the images pass as they are.
 * @param images [batch, height, width, channels], float32
 */
export function augment(
  images: GraphTensor,
  { rotation, shift, zoom, shear, flip }: Augmentation,
  { seed, nextRandomUse }: Pick<TrainingMode, "seed" | "nextRandomUse">,
): GraphTensor {
  const isStill = rotation === 0 && shift === 0 && zoom === 0 && shear === 0;
  if (isStill && flip === "none") return images;
  const [, height = 0, width = 0] = images.shape;
  const batch = batchShape(images);
  const draw = (limit: number) => randomBetween(seed, nextRandomUse(), [-1], limit, batch);
  const around1 = (limit: number) => add(draw(limit), 1);
  const angle = draw(rotation * RADIANS_PER_DEGREE);
  const slant = unary("Tan", draw(shear * RADIANS_PER_DEGREE));
  const [sizeX, sizeY] = [around1(zoom), around1(zoom)];
  const [moveX, moveY] = [draw(shift * width), draw(shift * height)];
  const mirrored = drawFlips(flip, batch, { seed, nextRandomUse });
  const stretchX = mirrored.x === undefined ? sizeX : mul(sizeX, mirrored.x);
  const stretchY = mirrored.y === undefined ? sizeY : mul(sizeY, mirrored.y);
  // The output's (x, y) about the centre shows the input's R(angle) S(slant) (x / stretchX, y / stretchY).
  const [cos, sin] = [unary("Cos", angle), unary("Sin", angle)];
  const xx = div(cos, stretchX);
  const xy = div(sub(mul(cos, slant), sin), stretchY);
  const yx = div(sin, stretchX);
  const yy = div(add(mul(sin, slant), cos), stretchY);
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const fromX = sub(add(moveX, centreX), add(mul(xx, centreX), mul(xy, centreY)));
  const fromY = sub(add(moveY, centreY), add(mul(yx, centreX), mul(yy, centreY)));
  const zero = sub(angle, angle);
  const transforms = stackColumns([xx, xy, fromX, yx, yy, fromY, zero, zero]);
  return transformImages(images, transforms);
}

type Operand = GraphTensor | number;
const mul = (a: GraphTensor, b: Operand): GraphTensor => elementwise("Mul", a, b);
const add = (a: GraphTensor, b: Operand): GraphTensor => elementwise("AddV2", a, b);
const sub = (a: GraphTensor, b: Operand): GraphTensor => elementwise("Sub", a, b);
const div = (a: GraphTensor, b: Operand): GraphTensor => elementwise("RealDiv", a, b);
