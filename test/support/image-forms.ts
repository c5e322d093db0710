import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode as encodePng } from "fast-png";
import { zipSync } from "fflate";
import { parquetWriteBuffer } from "hyparquet-writer";
import { mnistFiles } from "./mnist.ts";
import { encodeIdx, gzip } from "./prepare.ts";

/** Genuine digits: images of 28 x 28, and their labels. */
export interface Digits {
  readonly images: Buffer;
  readonly labels: Buffer;
  readonly count: number;
}

export const PIXELS = 28 * 28;

export function readDigits(count: number): Digits {
  const images = readFileSync(mnistFiles.images).subarray(16, 16 + count * PIXELS);
  const labels = readFileSync(mnistFiles.labels).subarray(8, 8 + count);
  return { images, labels, count };
}

/** A .npy file, its header as NumPy writes it. */
export function encodeNpy(
  descr: string,
  shape: readonly number[],
  data: Uint8Array,
  fortran = false,
): Buffer {
  const sizes = shape.map((size) => `${size},`).join(" ");
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${sizes}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.from("\x93NUMPY\x01\x00\x00\x00", "latin1");
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, "latin1"), data]);
}

export function encodeNpz(arrays: Readonly<Record<string, Buffer>>): Buffer {
  const members = Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes]);
  return Buffer.from(zipSync(Object.fromEntries(members) as Record<string, Uint8Array>));
}

export const encodeZip = (files: Readonly<Record<string, Uint8Array>>): Buffer =>
  Buffer.from(zipSync({ ...files }));

interface Table {
  readonly header?: (pixel: number) => string;
  readonly label?: string;
  readonly delimiter?: string;
  readonly newline?: (row: number) => string;
  readonly pixel?: (value: number) => string;
  /** Another column before all others. */
  readonly id?: string;
  readonly labelLast?: boolean;
}

/** Digits as a CSV; without `header` it has none. */
export function formatTable({ images, labels, count }: Digits, table: Table): string {
  const { delimiter = ",", newline = () => "\n", pixel = String, label = "label" } = table;
  const line = (row: number, id: string, first: string, values: readonly string[]): string => {
    const fields = table.labelLast === true ? [...values, first] : [first, ...values];
    return [...(table.id === undefined ? [] : [id]), ...fields].join(delimiter) + newline(row);
  };
  const { header } = table;
  const names = Array.from({ length: PIXELS }, (_, at) => header?.(at) ?? "");
  const rows = Array.from({ length: count }, (_, row) => {
    const values = [...images.subarray(row * PIXELS, (row + 1) * PIXELS)].map(pixel);
    return line(row + 1, `a ${row}`, String(labels[row]), values);
  });
  return [...(header === undefined ? [] : [line(0, table.id ?? "", label, names)]), ...rows].join(
    "",
  );
}

const named = (at: number): string => `pixel${at}`;
const fromOne = (at: number): string => `pixel${at + 1}`;
const grid = (at: number): string => `${Math.floor(at / 28) + 1}x${(at % 28) + 1}`;

function encodeFloats(images: Uint8Array, order: (at: number) => number): Buffer {
  const floats = Buffer.alloc(4 * images.length);
  for (let at = 0; at < images.length; at++)
    floats.writeFloatLE((images[order(at)] ?? 0) / 255, 4 * at);
  return floats;
}

/** The same digits in many forms: what `--from` names, and what else must be said. */
export const FORMS: Readonly<
  Record<string, (folder: string, digits: Digits) => { from: string; part?: string }>
> = {
  "Keras' mnist.npz": (folder, { images, labels, count }) => {
    const test = images.subarray(0, 2 * PIXELS);
    const arrays = {
      x_test: encodeNpy("|u1", [2, 28, 28], test),
      y_test: encodeNpy("|u1", [2], labels.subarray(0, 2)),
      x_train: encodeNpy("|u1", [count, 28, 28], images),
      y_train: encodeNpy("|u1", [count], labels),
    };
    return write(folder, "mnist.npz", encodeNpz(arrays));
  },
  "npy, one channel, big-endian labels": (folder, { images, labels, count }) => {
    const wide = Buffer.alloc(8 * count);
    for (const [row, label] of labels.entries()) wide.writeBigInt64BE(BigInt(label), 8 * row);
    write(folder, "y_train.npy", encodeNpy(">i8", [count, 1], wide));
    write(folder, "y_test.npy", encodeNpy("|u1", [count], labels));
    return write(folder, "x_train.npy", encodeNpy("|u1", [count, 28, 28, 1], images));
  },
  "npy of fractions, first axis fastest": (folder, { images, labels, count }) => {
    write(folder, "labels.npy", encodeNpy("|u1", [count], labels));
    const order = (at: number): number => (at % count) * PIXELS + Math.floor(at / count);
    const floats = encodeFloats(images, order);
    return write(folder, "images.npy", encodeNpy("<f4", [count, PIXELS], floats, true));
  },
  "IDX in a folder": (folder, { images, labels, count }) => {
    write(folder, "train-images-idx3-ubyte", idx([count, 28, 28], images));
    write(folder, "train-labels-idx1-ubyte", idx([count], labels));
    return { from: folder };
  },
  "IDX gzipped": (folder, { images, labels, count }) => {
    write(folder, "train-labels-idx1-ubyte.gz", gzip(idx([count], labels)));
    return write(folder, "train-images-idx3-ubyte.gz", gzip(idx([count, 28, 28], images)));
  },
  "CSV, pixel0": (folder, digits) => csv(folder, digits, { header: named }),
  "CSV, 1x1": (folder, digits) => csv(folder, digits, { header: grid, label: "Label" }),
  "CSV, pixel1, class last, an id column, semicolons": (folder, digits) =>
    csv(folder, digits, {
      ...{ header: fromOne, label: "class", id: "id", delimiter: ";", labelLast: true },
    }),
  "CSV, no header, spaces behind commas, mixed line ends": (folder, digits) =>
    csv(folder, digits, { delimiter: ", ", newline: (row) => (row % 3 === 0 ? "\n" : "\r\n") }),
  "CSV, no header, tabs, fractions": (folder, digits) =>
    csv(folder, digits, { delimiter: "\t", pixel: (value) => (value / 255).toFixed(6) }),
  "CSV, no header, spaces alone": (folder, digits) => csv(folder, digits, { delimiter: "  " }),
  "CSV, decimal commas, semicolons": (folder, digits) =>
    csv(folder, digits, {
      ...{ header: named, delimiter: ";", pixel: (value) => value.toFixed(1).replace(".", ",") },
    }),
  "CSV gzipped": (folder, digits) =>
    write(folder, "train.csv.gz", gzip(Buffer.from(formatTable(digits, { header: named })))),
  "class folders of PNG files": (folder, digits) => {
    for (const [row, png] of encodePictures(digits).entries())
      write(join(folder, String(digits.labels[row])), `${row}.png`, png);
    return { from: folder };
  },
  "Parquet of Hugging Face": (folder, digits) =>
    write(folder, "train.parquet", encodeTable(encodePictures(digits), [...digits.labels])),
  "CSV of several in a zip": (folder, digits) => {
    const train = Buffer.from(formatTable(digits, { header: named }));
    const files = { "digits/train.csv": train, "digits/test.csv": Buffer.from("pixel0\n1\n") };
    return { ...write(folder, "digits.zip", encodeZip(files)), part: "train" };
  },
};

/** Digits as PNG files of 8 bits. */
export function encodePictures({ images, count }: Digits): Buffer[] {
  const size = { width: 28, height: 28, channels: 1, depth: 8 } as const;
  return Array.from({ length: count }, (_, row) =>
    Buffer.from(encodePng({ ...size, data: images.subarray(row * PIXELS, (row + 1) * PIXELS) })),
  );
}

/** A table of pictures and labels, in row groups of a hundred, as Hugging Face has them. */
export function encodeTable(
  pictures: readonly Uint8Array[],
  labels: readonly number[],
  names: readonly string[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
): Buffer {
  const features = { image: { _type: "Image" }, label: { names, _type: "ClassLabel" } };
  const buffer = parquetWriteBuffer({
    rowGroupSize: 100,
    columnData: [
      { name: "image", type: "BYTE_ARRAY", data: [...pictures] },
      { name: "label", type: "INT64", data: labels.map(BigInt) },
    ],
    kvMetadata: [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }],
  });
  return Buffer.from(buffer);
}

function write(folder: string, name: string, bytes: Buffer | string): { from: string } {
  mkdirSync(folder, { recursive: true });
  const from = join(folder, name);
  writeFileSync(from, bytes);
  return { from };
}

const csv = (folder: string, digits: Digits, table: Table): { from: string } =>
  write(folder, "train.csv", formatTable(digits, table));

function idx(sizes: readonly number[], values: Buffer): Buffer {
  return Buffer.concat([encodeIdx(sizes, []), values]);
}
