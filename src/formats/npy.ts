import { BsweepError } from "../core/errors.ts";

/** What a NumPy array is made of: `u`, `i`: integers, `f`: floats, `b`: truth, `S`, `U`: texts of bytes, of characters. */
export interface NpyType {
  readonly kind: "u" | "i" | "f" | "b" | "S" | "U";
  /** Of one item. */
  readonly bytes: number;
  readonly littleEndian: boolean;
  /** As NumPy calls it: `uint8`, `str`. */
  readonly name: string;
}

/** What a .npy file says of itself (format: NEP 1, and numpy.lib.format for versions 2 and 3). */
export interface NpyHeader {
  readonly type: NpyType;
  /** First axis fastest, as FORTRAN has it. */
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Bytes before the first item. */
  readonly headerBytes: number;
}

export const NPY_MAGIC = Buffer.from("\x93NUMPY", "latin1");
/** Headers are a line; structured types, which are refused, may be longer. */
export const MAX_NPY_HEADER_BYTES = 1 << 16;

/** Sizes that items of a kind have; texts have any. */
const SIZES: Readonly<Record<string, readonly number[]>> = {
  u: [1, 2, 4, 8],
  i: [1, 2, 4, 8],
  f: [2, 4, 8],
  b: [1],
};
const NAMES: Readonly<Record<string, string>> = { u: "uint", i: "int", f: "float", b: "bool" };

/**
 * Reads the head of a .npy file.
 * @param head the first bytes, MAX_NPY_HEADER_BYTES of them unless it is shorter
 * @throws BsweepError INVALID_DATA for another format, pickled objects and types that are neither numbers nor texts
 */
export function parseNpyHeader(head: Buffer, file: string): NpyHeader {
  const refuse = (message: string, hint?: string): never => {
    throw new BsweepError("INVALID_DATA", `${file} cannot be packed`, {
      issues: [{ file, path: "", message }],
      ...(hint === undefined ? {} : { hint }),
    });
  };
  if (!head.subarray(0, NPY_MAGIC.length).equals(NPY_MAGIC) || head.length < 12)
    refuse("found another format, or a torn file, expected a NumPy array (.npy)");
  const { start, length } = findHeaderText(head);
  if (head.length < start + length)
    refuse(`found a header of ${length} bytes, expected it whole and on one line`);
  const text = head.toString("utf8", start, start + length);
  const descriptor = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\dL,\s]*)\)/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  if (shape === undefined || order === undefined) return refuse("found no shape in the header");
  const sizes = shape.split(",").flatMap((size) => (size.trim() === "" ? [] : [parseInt(size)]));
  if (sizes.reduce((product, size) => product * size, 1) > Number.MAX_SAFE_INTEGER)
    refuse(`found sizes ${sizes.join(" x ")}, expected those of an array`);
  return {
    type: parseType(descriptor, refuse),
    ...{ fortran: order === "True", shape: sizes, headerBytes: start + length },
  };
}

/** Version 1 has a length of two bytes, later ones of four. */
function findHeaderText(head: Buffer): { readonly start: number; readonly length: number } {
  return head[6] === 1
    ? { start: 10, length: head.readUInt16LE(8) }
    : { start: 12, length: head.readUInt32LE(8) };
}

function parseType(
  descriptor: string | undefined,
  refuse: (message: string, hint?: string) => never,
): NpyType {
  const match = /^([<>|=])([a-zA-Z])(\d{0,9})$/.exec(descriptor ?? "");
  const [, order, kind = "", size] = match ?? [];
  if (kind === "O")
    refuse(
      "found pickled objects, which could run any program when read",
      "save an array of numbers: np.save(path, np.stack(images).astype(np.uint8))",
    );
  if (!isType(kind, Number(size)))
    refuse(`found items of type ${JSON.stringify(descriptor ?? "structured")}, expected numbers`);
  const bytes = kind === "U" ? 4 * Number(size) : Number(size);
  const name =
    NAMES[kind] === undefined ? "text" : `${NAMES[kind]}${kind === "b" ? "" : 8 * bytes}`;
  return { kind: kind as NpyType["kind"], bytes, littleEndian: order !== ">", name };
}

const isType = (kind: string, size: number): boolean =>
  kind === "S" || kind === "U" ? size > 0 : (SIZES[kind]?.includes(size) ?? false);

type Read = (at: number) => number | bigint | string;

/** Reads items in a block of an array, by their position: numbers, or texts without the zeros that fill them up. */
export function npyReader({ kind, bytes, littleEndian }: NpyType): (block: Buffer) => Read {
  const name = `${kind}${bytes}`;
  const read = VIEW_READERS[name] ?? "getUint8";
  return (block) => {
    const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
    if (kind === "S") return (at) => block.toString("utf8", at, at + bytes).replace(/\0+$/, "");
    if (kind === "U") return (at) => readCharacters(view, at, bytes, littleEndian);
    if (name === "f2") return (at) => readHalf(view.getUint16(at, littleEndian));
    return (at) => view[read](at, littleEndian);
  };
}

const VIEW_READERS: Readonly<
  Record<
    string,
    | "getInt8"
    | "getUint16"
    | "getInt16"
    | "getUint32"
    | "getInt32"
    | "getBigUint64"
    | "getBigInt64"
    | "getFloat32"
    | "getFloat64"
  >
> = {
  ...{ i1: "getInt8", u2: "getUint16", i2: "getInt16", u4: "getUint32", i4: "getInt32" },
  ...{ u8: "getBigUint64", i8: "getBigInt64", f4: "getFloat32", f8: "getFloat64" },
};

/** IEEE 754's binary16. */
function readHalf(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function readCharacters(view: DataView, at: number, bytes: number, littleEndian: boolean): string {
  let text = "";
  for (let place = at; place < at + bytes; place += 4) {
    const point = view.getUint32(place, littleEndian);
    if (point === 0 || point > 0x10ffff) break;
    text += String.fromCodePoint(point);
  }
  return text;
}
