import type { Issue } from "../../core/errors.ts";
import { type FromOptions, type ImageShape, invalidData } from "./source.ts";

/** An image whose values may come in another order than they are packed in, [height, width, channels]. */
export interface FlatShape extends ImageShape {
  /** Place among the values of a row, of each value that is packed; undefined: as they come. */
  readonly places: Uint32Array | undefined;
}

/**
 * Shape of images of so many values. A missing side follows from the other, both from a square.
 * @param what they are: `pixel columns`
 * @throws BsweepError INVALID_DATA, naming the options, when no whole numbers fit or it could be several
 */
export function findFlatShape(
  place: Pick<Issue, "file" | "line">,
  values: number,
  what: string,
  given: FromOptions,
): FlatShape {
  const { channels = 1, order } = given;
  const pixels = values / channels;
  const { height = pixels / (given.width ?? Math.sqrt(pixels)), width = pixels / height } = given;
  const fits = height * width === pixels && Number.isInteger(height) && Number.isInteger(width);
  const found = `found ${values} ${what}`;
  const refuse = (message: string, hint: string): never => {
    throw invalidData(place.file, [{ ...place, path: "", message }], hint);
  };
  if (!fits) refuse(`${found}, expected ${describeAsked(given)}`, hintShape(values, given));
  if (channels > 1 && order === undefined)
    refuse(
      `${found}, and not in which order the ${channels} channels come`,
      "--order hwc (the values of each pixel together) or --order chw (one whole image a channel)",
    );
  const shape = { height, width, channels };
  return { ...shape, places: order === "chw" ? planarPlaces(shape) : undefined };
}

function describeAsked({ height, width, channels = 1 }: FromOptions): string {
  const isNamed = height !== undefined || width !== undefined;
  const depth = channels === 1 ? "" : ` of ${channels} channels`;
  return `${isNamed ? `${height ?? "?"} x ${width ?? "?"} pixels` : "a square image"}${depth}`;
}

function hintShape(values: number, { height, width, channels = 1 }: FromOptions): string {
  const side = Math.sqrt(values / 3);
  const isColour = (height ?? width) === undefined && channels === 1 && Number.isInteger(side);
  return isColour
    ? `in colour it is ${side} x ${side}: --channels 3 --order hwc (red, green and blue of each pixel together) or chw (all reds first)`
    : "give --height and --width, and --channels for colour";
}

/** Of each value packed as [height, width, channels], its place in [channels, height, width]. */
export function planarPlaces({ height, width, channels }: ImageShape): Uint32Array | undefined {
  const plane = height * width;
  if (channels === 1) return undefined;
  return Uint32Array.from(
    { length: plane * channels },
    (_, at) => (at % channels) * plane + Math.floor(at / channels),
  );
}

/** As messages say it: `28 x 28`, `32 x 32, 3 channels`. */
export function describeShape({ height, width, channels }: ImageShape): string {
  return `${height} x ${width}${channels === 1 ? "" : `, ${channels} channels`}`;
}
