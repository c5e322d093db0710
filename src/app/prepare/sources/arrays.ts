import { basename, dirname, join } from "node:path";
import type { Issue } from "../../../core/errors.ts";
import { npyReader } from "../../../formats/npy.ts";
import { listFolder } from "../../../workspace/folder.ts";
import { type Content, openContent, readRows } from "../content.ts";
import { LabelCoder } from "../labels.ts";
import { describeShape } from "../shape.ts";
import {
  type FromOptions,
  invalidData,
  MAX_ISSUES,
  type OpenSource,
  partStart,
  type PieceNumber,
  type RowSink,
} from "../source.ts";
import type { Member } from "../zip.ts";
import {
  chooseArrays,
  describeArray,
  isLabels,
  type NamedArray,
  openArray,
  partOf,
} from "./array-choice.ts";
import { findArrayShape, findScale, refuse, requireLabels } from "./array-form.ts";
import { scalePixel } from "./csv-rows.ts";

/** Arrays whose first axis is the fastest are read whole. */
const MAX_WHOLE_BYTES = 2 ** 31;

/** Opens arrays in a .npz file, NumPy's archive. @throws BsweepError INVALID_DATA */
export async function openNpz(
  file: string,
  members: readonly Member[],
  asked: FromOptions,
): Promise<OpenSource> {
  const named = members.map((content) => ({
    name: content.member.replace(/\.npy$/, ""),
    content,
  }));
  const { images, labels, others } = await chooseArrays(file, named, asked);
  const more =
    others.length === 0 ? "" : `; also there: ${others.join(", ")} (--part, --image-column)`;
  const open = await openArrayPair(images, labels, asked);
  return { ...open, found: `NumPy archive (npz): ${open.found ?? ""}${more}` };
}

/** Opens an array of images in a .npy file, with the labels beside it. @throws BsweepError INVALID_DATA */
export async function openNpy(content: Content, asked: FromOptions): Promise<OpenSource> {
  const file = content.source.file;
  const images = await openArray(basename(file), content);
  const labels = await findLabelsBeside(file, images, asked);
  const open = await openArrayPair(images, labels, asked);
  return { ...open, found: `NumPy array (npy): ${open.found ?? ""}` };
}

async function findLabelsBeside(
  file: string,
  { name, shape }: NamedArray,
  { labels, labelColumn }: FromOptions,
): Promise<NamedArray | undefined> {
  if (labelColumn === "none") return undefined;
  if (labels !== undefined) return openArray(basename(labels), await openContent(labels));
  const fitting: NamedArray[] = [];
  for (const other of listFolder(dirname(file)).sort()) {
    if (other === name || !/\.npy(?:\.gz)?$/.test(other) || partOf(other) !== partOf(name))
      continue;
    const content = await openContent(join(dirname(file), other));
    const array = await openArray(other, content).catch(() => undefined);
    if (array !== undefined && isLabels(array) && array.shape[0] === shape[0]) fitting.push(array);
  }
  if (fitting.length <= 1) return fitting[0];
  const message = `found several arrays of labels beside it: ${fitting.map(describeArray).join("; ")}`;
  throw invalidData(file, [{ file, path: "", message }], "--labels with the file of one of them");
}

async function openArrayPair(
  images: NamedArray,
  labels: NamedArray | undefined,
  asked: FromOptions,
): Promise<OpenSource> {
  const { places, ...shape } = findArrayShape(images, asked);
  const [count = 0] = images.shape;
  if (labels !== undefined) requireLabels(labels, count);
  const scale = asked.scale ?? (await findScale(images));
  const files = [images.content.source, ...(labels === undefined ? [] : [labels.content.source])];
  return {
    found: [
      `images of ${describeShape(shape)} in ${describeArray(images)}`,
      labels === undefined ? "no labels" : `labels in ${describeArray(labels)}`,
      ...(scale === 1 ? [] : [`pixels times ${scale}`]),
    ].join("; "),
    ...{ shape, labelled: labels !== undefined },
    files: files.filter(({ file }, at) => at === 0 || file !== files[0]?.file),
    readPiece: async ({ shard, shards }: PieceNumber, classes, sink) => {
      const range = [partStart(count, shard, shards), partStart(count, shard + 1, shards)] as const;
      const coder = new LabelCoder(classes);
      if (labels !== undefined) await readLabels(labels, range, coder, sink);
      await readImages(images, range, { places, scale }, sink);
      return coder.values;
    },
  };
}

type RowRange = readonly [start: number, end: number];

/** Whole rows of an array, in blocks. */
async function* readArray(
  { content, headerBytes, shape, type }: NamedArray,
  [start, end]: RowRange,
): AsyncGenerator<Buffer> {
  const rowBytes = shape.slice(1).reduce((product, size) => product * size, type.bytes);
  const isLast = end === shape[0];
  const wanted = (end - start) * rowBytes;
  const from = headerBytes + start * rowBytes;
  let found = 0;
  const blocks = content.read(from, isLast ? undefined : from + wanted);
  for await (const block of readRows(blocks, rowBytes)) {
    found += block.length;
    if (found <= wanted) yield block;
  }
  if (found === wanted) return;
  const message = `found ${found} bytes in rows ${start + 1} to ${end}, expected ${wanted}`;
  throw invalidData(
    content.name,
    [{ file: content.name, path: "", message }],
    "download the file again",
  );
}

async function readLabels(
  labels: NamedArray,
  range: RowRange,
  coder: LabelCoder,
  sink: RowSink,
): Promise<void> {
  const issues: Issue[] = [];
  const file = labels.content.name;
  let [row] = range;
  for await (const block of readArray(labels, range)) {
    const item = npyReader(labels.type)(block);
    const codes = new Uint8Array(block.length / labels.type.bytes);
    for (let at = 0; at < codes.length; at++) {
      row++;
      const text = String(item(at * labels.type.bytes));
      const code = coder.code(text);
      if (code >= 0) codes[at] = code;
      else
        issues.push({
          file,
          path: `label of row ${row}`,
          message: `found ${JSON.stringify(text)}, expected ${coder.expected}`,
        });
      if (issues.length >= MAX_ISSUES) throw invalidData(file, issues);
    }
    sink.writeLabels(codes);
  }
  if (issues.length > 0) throw invalidData(file, issues);
}

interface PixelForm {
  readonly places: Uint32Array | undefined;
  readonly scale: number;
}

async function readImages(
  images: NamedArray,
  range: RowRange,
  form: PixelForm,
  sink: RowSink,
): Promise<void> {
  if (images.fortran && images.shape.length > 1) {
    await readFortran(images, range, form, sink);
    return;
  }
  const { type, shape } = images;
  const values = shape.slice(1).reduce((product, size) => product * size, 1);
  const [start, end] = range;
  const total = (end - start) * values * type.bytes;
  const isPlain = type.name === "uint8" && form.scale === 1 && form.places === undefined;
  let [row, done] = [start, 0];
  for await (const block of readArray(images, range)) {
    const rows = block.length / (values * type.bytes);
    const place = (index: number, value: number): number => (index * values + value) * type.bytes;
    sink.writeImages(isPlain ? block : convert(images, block, row, rows, form, place));
    row += rows;
    done += block.length;
    sink.advance(done, total);
  }
}

/** Rows that lie apart: the array is read whole. */
async function readFortran(
  images: NamedArray,
  [start, end]: RowRange,
  form: PixelForm,
  sink: RowSink,
): Promise<void> {
  const { type, shape, content, headerBytes } = images;
  const [count = 0, ...sizes] = shape;
  const values = sizes.reduce((product, size) => product * size, 1);
  const bytes = count * values * type.bytes;
  if (bytes > MAX_WHOLE_BYTES)
    refuse(
      images,
      "found rows that lie apart (fortran_order), in more than 2 GB",
      "np.save(path, np.ascontiguousarray(images))",
    );
  const blocks: Buffer[] = [];
  for await (const block of content.read(headerBytes)) blocks.push(block);
  const whole = Buffer.concat(blocks);
  if (whole.length !== bytes)
    refuse(images, `found ${whole.length} bytes, expected ${bytes}`, "download the file again");
  const steps = Uint32Array.from({ length: values }, (_, value) => {
    let [rest, step, stride] = [value, 0, 1];
    const strides = sizes.map((size) => (stride *= size) / size);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const size = sizes[axis] ?? 1;
      step += (rest % size) * (strides[axis] ?? 1);
      rest = Math.floor(rest / size);
    }
    return step;
  });
  for (let row = start; row < end; row++) {
    const place = (_: number, value: number): number =>
      (row + count * (steps[value] ?? 0)) * type.bytes;
    sink.writeImages(convert(images, whole, row, 1, form, place));
    sink.advance(row - start + 1, end - start);
  }
}

/** @param place where an item of a row is in the block, by the row's number in it */
function convert(
  images: NamedArray,
  block: Buffer,
  firstRow: number,
  rows: number,
  { places, scale }: PixelForm,
  place: (row: number, value: number) => number,
): Uint8Array {
  const values = images.shape.slice(1).reduce((product, size) => product * size, 1);
  const item = npyReader(images.type)(block);
  const pixels = new Uint8Array(rows * values);
  for (let row = 0; row < rows; row++)
    for (let value = 0; value < values; value++) {
      const number = Number(item(place(row, places === undefined ? value : (places[value] ?? 0))));
      const pixel = scalePixel(number, scale);
      if (pixel < 0)
        refuse(
          images,
          `row ${firstRow + row + 1}: found ${number}, expected a number 0..${255 / scale}`,
          "--scale with what pixels are to be multiplied by",
        );
      pixels[row * values + value] = pixel;
    }
  return pixels;
}
