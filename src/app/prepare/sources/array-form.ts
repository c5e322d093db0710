import { npyReader } from "../../../formats/npy.ts";
import { readRows } from "../content.ts";
import { findFlatShape, type FlatShape, planarPlaces } from "../shape.ts";
import { type FromOptions, invalidData } from "../source.ts";
import { describeArray, isLabels, type NamedArray } from "./array-choice.ts";
import { guessScale, scalePixel } from "./csv-rows.ts";

/** So much is looked at to find out what pixels are. */
const SAMPLE_BYTES = 1 << 20;
/** One image. */
const MAX_ROW_BYTES = 2 ** 28;
/** So many channels are taken for colours; longer axes are sides of an image. */
const MAX_COLOURS = 4;

export function refuse({ content }: NamedArray, message: string, hint?: string): never {
  throw invalidData(content.name, [{ file: content.name, path: "", message }], hint);
}

/** @throws BsweepError INVALID_DATA */
export function requireLabels(labels: NamedArray, count: number): void {
  if (!isLabels(labels))
    refuse(
      labels,
      `found ${describeArray(labels)}, expected one label a row`,
      "one-hot rows: np.argmax(y, axis=1)",
    );
  if (labels.shape[0] !== count)
    refuse(labels, `found ${labels.shape[0] ?? 0} labels, expected ${count}, one per image`);
}

/** Rows first; then height and width, with channels behind or before them, or values in a row. */
export function findArrayShape(images: NamedArray, asked: FromOptions): FlatShape {
  requireImages(images);
  const [, first = 0, second = 0, third = 1] = images.shape;
  const { name: file } = images.content;
  if (images.shape.length === 2) return findFlatShape({ file }, first, "values a row", asked);
  if (images.shape.length === 3)
    return { height: first, width: second, channels: 1, places: undefined };
  const order = asked.order ?? guessOrder(first, third, asked.channels);
  if (order === undefined)
    refuse(
      images,
      `found ${describeArray(images)}, and not which axis is the channels`,
      "--order hwc or --order chw",
    );
  if (order === "hwc") return { height: first, width: second, channels: third, places: undefined };
  const planar = { height: second, width: third, channels: first };
  return { ...planar, places: planarPlaces(planar) };
}

function requireImages(images: NamedArray): void {
  const { shape, type } = images;
  const isText = type.kind === "S" || type.kind === "U";
  if (isText || shape.includes(0) || shape.length < 2 || shape.length > 4)
    refuse(
      images,
      `found ${describeArray(images)}, expected numbers of two to four axes, rows first`,
    );
  if (shape.slice(1).reduce((product, size) => product * size, type.bytes) > MAX_ROW_BYTES)
    refuse(images, `found ${describeArray(images)}, expected images of at most 256 MB`);
}

function guessOrder(
  first: number,
  last: number,
  channels: number | undefined,
): FromOptions["order"] {
  const isChannels = (axis: number): boolean =>
    channels === undefined ? axis <= MAX_COLOURS : axis === channels;
  if (isChannels(first) === isChannels(last)) return undefined;
  return isChannels(last) ? "hwc" : "chw";
}

/** By the first values. @throws BsweepError INVALID_DATA where no pixels can be made of them */
export async function findScale(images: NamedArray): Promise<number> {
  const { type, headerBytes, content } = images;
  if (type.kind === "b") return 255;
  if (type.kind !== "f") return 1;
  let [least, largest] = [0, 0];
  const blocks = content.read(headerBytes, headerBytes + SAMPLE_BYTES);
  for await (const block of readRows(blocks, type.bytes)) {
    const item = npyReader(type)(block);
    for (let at = 0; at + type.bytes <= block.length; at += type.bytes) {
      const value = Number(item(at));
      if (value < least) least = value;
      if (value > largest) largest = value;
    }
  }
  const scale = guessScale(largest, true);
  if (scalePixel(least, scale) < 0)
    refuse(
      images,
      `found pixels from ${least} to ${largest}, expected 0..255 or 0..1`,
      "they were normalized: use the images they were made of",
    );
  return scale;
}
