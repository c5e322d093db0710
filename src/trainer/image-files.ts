import { BsweepError, type Issue, messageOf } from "../core/errors.ts";
import type { CnnProblem } from "../cnn/shapes.ts";
import type { Inversion } from "../cnn/inversion.ts";
import type { ReadImage } from "../formats/trainer-request.ts";
import { Graph } from "./graph/graph.ts";
import { cast, placeholder, reshapeTo } from "./graph/operations/tensors.ts";
import { decodeImageFile, placeImages } from "./graph/operations/images.ts";
import { Session } from "./graph/session.ts";
import type { ImageRows } from "./predict.ts";
import type { NativeBinding } from "./runtime/load.ts";

/**
 * Image files of any size as images of the model's: as large as fits, centred, the rest filled with the mean of
 * their border.
 * @param folder for the graph that decodes them
 * @throws BsweepError INVALID_DATA for what is no image, with every such file; for a model without 1 or 3 channels
 */
export function readImageFiles(
  binding: NativeBinding,
  files: readonly string[],
  { problem, inversion, folder }: { problem: CnnProblem; inversion: Inversion; folder: string },
): { readonly rows: ImageRows; readonly images: readonly ReadImage[] } {
  const { height, width, channels } = problem;
  if (channels !== 1 && channels !== 3) {
    const message = `image files have 1 or 3 channels, the model wants ${channels}`;
    throw new BsweepError("INVALID_DATA", message);
  }
  const session = new Session(binding, createImageGraph([height, width, channels]), folder);
  const fitted: FittedImage[] = [];
  const issues: Issue[] = [];
  for (const file of files) {
    const read = readImage(session, file, channels);
    if ("values" in read) fitted.push(fit(session, file, read, { problem, inversion }));
    else issues.push(read);
  }
  session.close();
  if (issues.length > 0) {
    throw new BsweepError("INVALID_DATA", "there are files that cannot be read as images", {
      issues,
      hint: "give PNG, JPEG, BMP or GIF files",
    });
  }
  const size = height * width * channels;
  const all = new Float32Array(fitted.length * size);
  for (const [number, { values }] of fitted.entries()) all.set(values, number * size);
  return {
    rows: {
      count: fitted.length,
      read: (start, count) => all.slice(start * size, (start + count) * size),
    },
    images: fitted.map(({ image }) => image),
  };
}

/** Signatures `decode` (path) -> bytes as int32, size, and `place` (pixels, size int32 [4], scale, translation) -> pixels. */
function createImageGraph([height, width, channels]: readonly [number, number, number]): Graph {
  const graph = new Graph();
  const path = placeholder(graph, "path", "string", []);
  const decoded = decodeImageFile(path);
  // tfjs-node's binding takes no uint8 out of TensorFlow.
  const bytes = cast(decoded.pixels, "int32");
  graph.signatures.set("decode", { inputs: { path }, outputs: { bytes, size: decoded.size } });
  const pixels = placeholder(graph, "pixels", "float32", [-1]);
  const size = placeholder(graph, "size", "int32", [4]);
  const scale = placeholder(graph, "scale", "float32", [2]);
  const translation = placeholder(graph, "translation", "float32", [2]);
  const image = reshapeTo(pixels, size, [1, -1, -1, channels]);
  graph.signatures.set("place", {
    inputs: { pixels, size, scale, translation },
    outputs: { pixels: placeImages(image, { scale, translation }, [height, width]) },
  });
  return graph;
}

/** @returns an issue for what TensorFlow cannot decode */
function readImage(session: Session, file: string, channels: 1 | 3): Pixels | Issue {
  try {
    const { bytes = [], size } = session.run("decode", { path: file });
    const [height = 0, width = 0, found = 0] = size ?? [];
    return toBrightness(bytes, [height, width, found], channels);
  } catch (error) {
    return { file, path: "", message: describeFailure(error) };
  }
}

interface FittedImage {
  readonly image: ReadImage;
  readonly values: Float32Array;
}

/** Outside of the scaled image TensorFlow leaves 0: what goes in is the distance from the border's brightness. */
function fit(
  session: Session,
  file: string,
  read: Pixels,
  { problem, inversion }: { problem: CnnProblem; inversion: Inversion },
): FittedImage {
  const inverted = shouldInvert(inversion, borderOf(read));
  const { height, width, channels, values } = inverted ? invert(read) : read;
  const border = borderOf({ height, width, channels, values });
  const scale = Math.min(problem.height / height, problem.width / width);
  const centre = (room: number, size: number): number => (room - size * scale) / 2;
  const { pixels = [] } = session.run("place", {
    pixels: values.map((value, at) => value - (border[at % channels] ?? 0)),
    size: Int32Array.of(1, height, width, channels),
    scale: Float32Array.of(scale, scale),
    translation: Float32Array.of(centre(problem.height, height), centre(problem.width, width)),
  });
  return {
    image: { file, height, width, inverted },
    values: Float32Array.from(pixels, (value, at) => value + (border[at % channels] ?? 0)),
  };
}

/** TensorFlow's reason, without the binding's words before it. */
function describeFailure(error: unknown): string {
  const [line = ""] = messageOf(error).split("\n");
  return line.replace("Session fail to run with error: ", "");
}

/** Brightness in 0 .. 1, row-major [height, width, channels]. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** Brightness of a colour: ITU-R BT.601, as PNG and JPEG readers reckon gray. */
const LUMINANCE = [0.299, 0.587, 0.114] as const;

/**
 * Bytes of an image file as brightness with 1 or 3 channels. Gray becomes three equal channels or colour one; where
 * the file is transparent, white paper shows.
 * @param bytes 0 .. 255, [height, width, n]: n = 1 gray, 2 gray and alpha, 3 colour, 4 colour and alpha
 */
export function toBrightness(
  bytes: ArrayLike<number>,
  [height, width, found]: readonly [height: number, width: number, found: number],
  channels: 1 | 3,
): Pixels {
  const values = new Float32Array(height * width * channels);
  const colours = found < 3 ? 1 : 3;
  for (let pixel = 0; pixel < height * width; pixel++) {
    const at = pixel * found;
    const alpha = found === colours ? 1 : (bytes[at + colours] ?? 0) / 255;
    const read = (channel: number): number =>
      1 - alpha + (alpha * (bytes[at + Math.min(channel, colours - 1)] ?? 0)) / 255;
    for (let channel = 0; channel < channels; channel++) {
      values[pixel * channels + channel] =
        channels === 1 && colours === 3
          ? LUMINANCE.reduce((sum, weight, colour) => sum + weight * read(colour), 0)
          : read(channel);
    }
  }
  return { height, width, channels, values };
}

/** Mean of each channel over the outermost pixels. */
export function borderOf({ height, width, channels, values }: Pixels): number[] {
  const sums = new Array<number>(channels).fill(0);
  let pixels = 0;
  for (let y = 0; y < height; y++) {
    const inner = y > 0 && y < height - 1 && width > 2;
    for (let x = 0; x < width; x += inner ? width - 1 : 1) {
      pixels += 1;
      for (let channel = 0; channel < channels; channel++) {
        sums[channel] = (sums[channel] ?? 0) + (values[(y * width + x) * channels + channel] ?? 0);
      }
    }
  }
  return sums.map((sum) => sum / pixels);
}

/** Dark on bright paper is turned round when asked to, or when it is gray and its border is bright. */
export function shouldInvert(inversion: Inversion, border: readonly number[]): boolean {
  if (inversion !== "auto") return inversion === "always";
  return border.length === 1 && (border[0] ?? 0) > 0.5;
}

export function invert(pixels: Pixels): Pixels {
  return { ...pixels, values: pixels.values.map((value) => 1 - value) };
}
