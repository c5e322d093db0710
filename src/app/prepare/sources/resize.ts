import type { Picture } from "./decode.ts";

/**
 * Another size by linear interpolation; a smaller one averages over as much as a pixel covers (a triangle filter, as wide as the
 * reduction). In double precision, which every machine rounds alike.
 */
export function resizePicture(picture: Picture, height: number, width: number): Picture {
  if (picture.height === height && picture.width === width) return picture;
  const { channels } = picture;
  const values = Float64Array.from(picture.data);
  const wide = resample(values, picture.height, picture.width, channels, width);
  // Rows are pixels of width * channels values.
  const tall = resample(wide, 1, picture.height, width * channels, height);
  const data = Uint8Array.from(tall, (value) => Math.min(255, Math.max(0, Math.round(value))));
  return { height, width, channels, data };
}

/** [rows, from, channels] to [rows, to, channels]. */
function resample(
  values: Float64Array,
  rows: number,
  from: number,
  channels: number,
  to: number,
): Float64Array {
  const result = new Float64Array(rows * to * channels);
  for (let target = 0; target < to; target++)
    for (const { place, weight } of weigh(from, to, target))
      for (let row = 0; row < rows; row++) {
        const [read, written] = [(row * from + place) * channels, (row * to + target) * channels];
        for (let channel = 0; channel < channels; channel++)
          result[written + channel] =
            (result[written + channel] ?? 0) + weight * (values[read + channel] ?? 0);
      }
  return result;
}

/** What each place adds to a target; weights sum to 1. */
function weigh(
  from: number,
  to: number,
  target: number,
): { readonly place: number; readonly weight: number }[] {
  const scale = from / to;
  const support = Math.max(1, scale);
  const centre = (target + 0.5) * scale;
  const first = Math.max(0, Math.floor(centre - support));
  const end = Math.min(from, Math.ceil(centre + support));
  const raw = Array.from({ length: end - first }, (_, at) => ({
    place: first + at,
    weight: Math.max(0, 1 - Math.abs(first + at + 0.5 - centre) / support),
  }));
  const sum = raw.reduce((total, { weight }) => total + weight, 0);
  return raw.map(({ place, weight }) => ({ place, weight: weight / sum }));
}
