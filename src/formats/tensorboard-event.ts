import { readFields } from "./protobuf-fields.ts";

/**
 * Scalars of TensorBoard's event files: records of TFRecord's framing, each an `Event` message (tensorflow/core/util/event.proto,
 * framework/summary.proto, framework/tensor.proto), whose field numbers can never change.
 */

/** Before a record: its length, and that length's checksum. */
const HEAD_BYTES = 12;
/** After it. */
const CHECKSUM_BYTES = 4;

/** Undefined for what is no head of a record. */
function readLength(head: Buffer): number | undefined {
  if (head.readUInt32LE(8) !== maskedChecksum(head.subarray(0, 8))) return undefined;
  return Number(head.readBigUInt64LE(0));
}

/** CRC-32C (Castagnoli, reflected). */
const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
  return sum;
});

/** As TFRecord has it: rotated, and moved by a constant. */
function maskedChecksum(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ (CHECKSUMS[(sum ^ byte) & 255] ?? 0);
  sum = ~sum >>> 0;
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

interface Scalar {
  readonly tag: string;
  readonly value: number;
}

/** Scalars that were told at once. */
interface Event {
  readonly step: number;
  readonly scalars: readonly Scalar[];
}

/** @throws RangeError for what is no message */
function readScalars(event: Buffer): Event {
  let step = 0;
  const scalars: Scalar[] = [];
  for (const { field, integer, bytes } of readFields(event)) {
    if (field === 2) step = integer ?? step;
    if (field !== 5) continue;
    for (const { field: inner, bytes: value } of readFields(bytes))
      if (inner === 1) scalars.push(...readValue(value));
  }
  return { step, scalars };
}

/** A scalar by the name of its tag; none for an image, a histogram, a text and the like. */
function readValue(message: Buffer): Scalar[] {
  let tag = "";
  let value: number | undefined;
  let plugin = "scalars";
  for (const { field, bytes } of readFields(message)) {
    if (field === 1) tag = bytes.toString();
    else if (field === 2 && bytes.length === 4) value = readFloat(bytes);
    else if (field === 8) value = readTensor(bytes);
    else if (field === 9) plugin = readPlugin(bytes) ?? plugin;
  }
  return value === undefined || plugin !== "scalars" ? [] : [{ tag, value }];
}

/** Whom a summary is for. */
function readPlugin(metadata: Buffer): string | undefined {
  for (const { field, bytes } of readFields(metadata))
    if (field === 1)
      for (const inner of readFields(bytes)) if (inner.field === 1) return inner.bytes.toString();
  return undefined;
}

/** As it was written before it was a float32: 0.9, and not 0.8999999761581421. */
function readFloat(bytes: Buffer): number {
  const value = bytes.readFloatLE();
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** A tensor's types of single numbers, and the field that holds them where its bytes do not. */
const NUMBERS: Readonly<
  Record<number, { readonly field: number; read: (bytes: Buffer) => number }>
> = {
  1: { field: 5, read: readFloat },
  2: { field: 6, read: (bytes) => bytes.readDoubleLE() },
};

/** The number of a tensor that holds one; undefined for any other. */
function readTensor(message: Buffer): number | undefined {
  const fields = [...readFields(message)];
  const type = NUMBERS[fields.find(({ field }) => field === 1)?.integer ?? 0];
  if (type === undefined || fields.some((each) => each.field === 2 && !isSingle(each.bytes)))
    return undefined;
  const content = fields.find(({ field, bytes }) => field === 4 && bytes.length > 0);
  const found = content ?? fields.find(({ field }) => field === type.field);
  // A number that is 0 may be left out.
  return found === undefined ? 0 : type.read(found.bytes);
}

/** Whether a shape is that of one number: each of its sizes is 1, if it has some. */
function isSingle(shape: Buffer): boolean {
  return [...readFields(shape)]
    .filter(({ field }) => field === 2)
    .every(({ bytes }) =>
      [...readFields(bytes)].some((size) => size.field === 1 && size.integer === 1),
    );
}

/** Scalars come in records of some hundred bytes; longer ones hold graphs and images, and are passed over. */
export const MAX_RECORD_BYTES = 2 ** 20;

interface Taken {
  readonly events: readonly Event[];
  /** Where the first record begins that is not whole here, which may be after the end of the bytes. */
  readonly end: number;
  /** Whether what stands there is no record at all. */
  readonly isBroken: boolean;
}

/** Reads the records that a part of an event file holds as a whole. @param bytes from the begin of a record on */
export function takeEvents(bytes: Buffer): Taken {
  const events: Event[] = [];
  let end = 0;
  while (end + HEAD_BYTES <= bytes.length) {
    const start = end + HEAD_BYTES;
    const length = readLength(bytes.subarray(end, start));
    if (length === undefined) return { events, end, isBroken: true };
    const next = start + length + CHECKSUM_BYTES;
    if (length <= MAX_RECORD_BYTES) {
      if (next > bytes.length) break;
      const event = readRecord(bytes.subarray(start, start + length), bytes.readUInt32LE(next - 4));
      if (event === undefined) return { events, end, isBroken: true };
      if (event.scalars.length > 0) events.push(event);
    }
    end = next;
  }
  return { events, end, isBroken: false };
}

function readRecord(record: Buffer, checksum: number): Event | undefined {
  if (maskedChecksum(record) !== checksum) return undefined;
  try {
    return readScalars(record);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
