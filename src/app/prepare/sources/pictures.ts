import { BsweepError, type Issue, messageOf } from "../../../core/errors.ts";
import type { SourceFile } from "../../../formats/dataset-piece.ts";
import { LabelCoder } from "../labels.ts";
import { describeShape } from "../shape.ts";
import {
  type FromOptions,
  type ImageShape,
  invalidData,
  MAX_ISSUES,
  type OpenSource,
  partStart,
  type RowSink,
} from "../source.ts";
import { decodePicture, isGrey, type Picture, withChannels } from "./decode.ts";
import { resizePicture } from "./resize.ts";

/** So many are looked at to find out size and channels. */
const SAMPLE = 64;

/** An encoded picture. */
export interface EncodedPicture {
  /** As messages name it. */
  readonly name: string;
  /** Undefined where it cannot be read. */
  readonly bytes: Buffer | undefined;
  /** Undefined for rows to be predicted. */
  readonly label: string | undefined;
}

/** Pictures one after another, of a folder or a table. */
export interface PictureList {
  /** What it is, in a sentence's words. */
  readonly found: string;
  readonly file: string;
  readonly files: readonly SourceFile[];
  readonly count: number;
  readonly labelled: boolean;
  /** Labels known beforehand, that there may be no picture of. */
  readonly labels: readonly string[];
  /** Whether `labels` are in the order in which classes are numbered. */
  readonly ordered: boolean;
  /** @throws BsweepError INVALID_DATA */
  readonly read: (start: number, end: number) => AsyncIterable<EncodedPicture>;
}

/** Opens pictures of one size, or brings them to one. @throws BsweepError INVALID_DATA, USAGE */
export async function openPictures(list: PictureList, asked: FromOptions): Promise<OpenSource> {
  const size = parseSize(asked.resize);
  const shape = await findShape(list, size, asked.channels);
  const resized = size === undefined ? "" : ", resized to it";
  return {
    found: `${list.found}: images of ${describeShape(shape)}${resized}`,
    ...{ shape, labelled: list.labelled, ordered: list.ordered, files: list.files },
    readPiece: async ({ shard, shards }, classes, sink) => {
      const range = [
        partStart(list.count, shard, shards),
        partStart(list.count, shard + 1, shards),
      ] as const;
      const coder = new LabelCoder(classes, list.labels);
      await readPictures(list, range, { shape, mayResize: size !== undefined, coder }, sink);
      return coder.values;
    },
  };
}

interface PictureForm {
  readonly shape: ImageShape;
  readonly mayResize: boolean;
  readonly coder: LabelCoder;
}

async function readPictures(
  list: PictureList,
  [start, end]: readonly [number, number],
  { shape, mayResize, coder }: PictureForm,
  sink: RowSink,
): Promise<void> {
  const issues: Issue[] = [];
  let done = 0;
  for await (const picture of list.read(start, end)) {
    const report = (message: string): void =>
      void issues.push({ file: picture.name, path: "", message });
    const pixels = fitPicture(picture, shape, mayResize, report);
    const label = picture.label === undefined ? -1 : coder.code(picture.label);
    if (list.labelled && label < 0)
      report(
        `found the label ${JSON.stringify(picture.label ?? null)}, expected ${coder.expected}`,
      );
    if (issues.length >= MAX_ISSUES) break;
    if (issues.length === 0 && pixels !== undefined) {
      sink.writeImages(pixels);
      if (list.labelled) sink.writeLabels(Uint8Array.of(label));
    }
    done++;
    sink.advance(done, end - start);
  }
  const hint = "--resize HEIGHTxWIDTH where sizes differ, --channels where colours do";
  if (issues.length > 0) throw invalidData(list.file, issues, hint);
}

/** @throws BsweepError USAGE */
function parseSize(
  text: string | undefined,
): { readonly height: number; readonly width: number } | undefined {
  if (text === undefined) return undefined;
  const match = /^([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?$/.exec(text);
  if (match === null)
    throw new BsweepError(
      "USAGE",
      `--resize: found ${JSON.stringify(text)}, expected HEIGHTxWIDTH such as 32x32`,
    );
  const height = Number(match[1]);
  return { height, width: match[2] === undefined ? height : Number(match[2]) };
}

/** Of the first picture, and grey where the first ones are: whatever else comes is compared with it. */
async function findShape(
  list: PictureList,
  size: { readonly height: number; readonly width: number } | undefined,
  channels: number | undefined,
): Promise<ImageShape> {
  const refuse = (file: string, message: string, hint?: string): never => {
    throw invalidData(list.file, [{ file, path: "", message }], hint);
  };
  const sample: Picture[] = [];
  for await (const { name, bytes } of list.read(0, Math.min(SAMPLE, list.count))) {
    const picture = tryDecode(bytes, (message) => refuse(name, message));
    if (picture !== undefined) sample.push(picture);
  }
  const [first] = sample;
  if (first === undefined) return refuse(list.file, "found no pictures");
  const { height, width } = size ?? first;
  const found = Math.max(...sample.map((picture) => (isGrey(picture) ? 1 : picture.channels)));
  if (channels === undefined && found !== 1 && found !== 3)
    refuse(
      list.file,
      "found transparent pictures, expected grey or RGB",
      "--channels 4 keeps opacity as a fourth channel; or flatten them",
    );
  return { height, width, channels: channels ?? found };
}

function tryDecode(
  bytes: Buffer | undefined,
  report: (message: string) => void,
): Picture | undefined {
  if (bytes === undefined) {
    report("found no file that can be read, expected a PNG or a JPEG");
    return undefined;
  }
  try {
    return decodePicture(bytes);
  } catch (error) {
    report(`cannot be decoded: ${messageOf(error)}`);
    return undefined;
  }
}

function fitPicture(
  { bytes }: EncodedPicture,
  shape: ImageShape,
  mayResize: boolean,
  report: (message: string) => void,
): Uint8Array | undefined {
  const decoded = tryDecode(bytes, report);
  if (decoded === undefined) return undefined;
  const { height, width, channels } = shape;
  if (!mayResize && (decoded.height !== height || decoded.width !== width)) {
    report(`found ${decoded.height} x ${decoded.width}, expected ${height} x ${width}`);
    return undefined;
  }
  const picture = withChannels(decoded, channels);
  if (picture === undefined) {
    report(`found ${decoded.channels} channels, expected ${channels}`);
    return undefined;
  }
  return resizePicture(picture, height, width).data;
}
