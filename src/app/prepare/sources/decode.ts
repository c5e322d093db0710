import { convertIndexedToRgb, decode as decodePng, type DecodedPng } from "fast-png";
import jpeg from "jpeg-js";

/** Larger ones are no training images, or a trap. */
const MAX_PIXELS = 64e6;
const MAX_JPEG_MIB = 1024;
const OPAQUE = 255;

/** An image, uint8 [height, width, channels]: grey, colour, or colour with opacity. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

const PNG_MAGIC = Buffer.from("89504e470d0a1a0a", "hex");

/**
 * Decodes a PNG or a JPEG, by its first bytes. What is opaque has no channel of opacity, and 16 bits become 8.
 * @throws Error for other formats, damaged ones and ones too large
 */
export function decodePicture(bytes: Buffer): Picture {
  if (bytes.subarray(0, PNG_MAGIC.length).equals(PNG_MAGIC)) return dropOpacity(decodePlain(bytes));
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw new Error("neither PNG nor JPEG");
  const { height, width, data } = jpeg.decode(bytes, {
    ...{ useTArray: true, formatAsRGBA: false, tolerantDecoding: false },
    ...{ maxResolutionInMP: MAX_PIXELS / 1e6, maxMemoryUsageInMB: MAX_JPEG_MIB },
  });
  return { height, width, channels: 3, data };
}

function decodePlain(bytes: Buffer): Picture {
  // Where every PNG has its width and height.
  if (bytes.length < 24) throw new Error("a truncated PNG");
  if (bytes.readUInt32BE(16) * bytes.readUInt32BE(20) > MAX_PIXELS)
    throw new Error(`more than ${MAX_PIXELS / 1e6} million pixels`);
  const png = decodePng(bytes, { checkCrc: true });
  const { height, width } = png;
  const data = toBytes(png);
  const channels = data.length / (height * width);
  if (!Number.isInteger(channels)) throw new Error("a truncated PNG");
  if ((png.transparency?.length ?? 0) > 0 && png.palette === undefined)
    throw new Error("a transparent colour: save it as plain grey or RGB");
  return { height, width, channels, data };
}

function toBytes(png: DecodedPng): Uint8Array {
  const { data, depth, palette } = png;
  if (palette !== undefined) return convertIndexedToRgb(png);
  if (depth === 16) return Uint8Array.from(data, (value) => value >> 8);
  if (depth === 8) return Uint8Array.from(data);
  const levels = 2 ** depth;
  const greys = Array.from({ length: levels }, (_, level) => [(level * 255) / (levels - 1)]);
  return convertIndexedToRgb({ ...png, palette: greys });
}

/** Without the channel of opacity where everything is opaque. */
function dropOpacity(picture: Picture): Picture {
  const { channels, data } = picture;
  if (channels !== 2 && channels !== 4) return picture;
  for (let at = channels - 1; at < data.length; at += channels)
    if (data[at] !== OPAQUE) return picture;
  const kept = channels - 1;
  const opaque = new Uint8Array((data.length / channels) * kept);
  for (let at = 0; at < opaque.length; at++)
    opaque[at] = data[Math.floor(at / kept) * channels + (at % kept)] ?? 0;
  return { ...picture, channels: kept, data: opaque };
}

/** Whether red, green and blue of every pixel are the same. */
export function isGrey({ channels, data }: Picture): boolean {
  if (channels !== 3) return channels === 1;
  for (let at = 0; at < data.length; at += 3)
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false;
  return true;
}

/** The same picture with so many channels; undefined where that would lose something. */
export function withChannels(picture: Picture, channels: number): Picture | undefined {
  if (picture.channels === channels) return picture;
  const { data } = picture;
  if (channels === 1 && isGrey(picture))
    return { ...picture, channels, data: data.filter((_, at) => at % 3 === 0) };
  if (picture.channels > channels || picture.channels === 2 || channels > 4) return undefined;
  const colour = (at: number, channel: number): number =>
    channel === 3
      ? OPAQUE
      : (data[at * picture.channels + (picture.channels === 1 ? 0 : channel)] ?? 0);
  const pixels = picture.height * picture.width;
  const wide = new Uint8Array(pixels * channels);
  for (let at = 0; at < wide.length; at++)
    wide[at] = colour(Math.floor(at / channels), at % channels);
  return { ...picture, channels, data: wide };
}
