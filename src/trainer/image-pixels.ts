import type { Inversion } from "../cnn/inversion.ts";

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
