import * as z from "zod";
import { BsweepError } from "../core/errors.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { sha256 } from "../core/identity.ts";

/** A float32 tensor, its values in row-major order. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface TensorFile {
  /** In the order of the file. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
/** The header is padded with blanks so that the tensors begin at a multiple of it. */
const ALIGNMENT = 8;
const METADATA_KEY = "__metadata__";
/** Covers all that a reader takes from the file: safetensors itself has no checksum. */
const CHECKSUM_KEY = "bsweep.sha256";

/**
 * Tensors as a file in safetensors form (github.com/huggingface/safetensors, README, "Format"): eight bytes of
 * header length, a JSON header, the values one after another, all little-endian.
 */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  let end = 0;
  const entries = [...tensors].map(([name, { shape, values }]) => {
    const begin = end;
    end += values.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }] as const;
  });
  const data = Buffer.concat([...tensors.values()].map(({ values }) => bytesOf(values)));
  const described = Object.fromEntries(entries);
  const sealed = { ...metadata, [CHECKSUM_KEY]: checksum(data, metadata, described) };
  const json = JSON.stringify({ [METADATA_KEY]: sealed, ...described });
  const text = Buffer.from(json);
  const header = Buffer.alloc(Math.ceil(text.length / ALIGNMENT) * ALIGNMENT, " ");
  text.copy(header);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, data]);
}

const entrySchema = z.object({
  dtype: z.literal("F32"),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const headerSchema = z
  .object({ [METADATA_KEY]: z.record(z.string(), z.string()) })
  .catchall(entrySchema);

/**
 * Reads what `encodeSafetensors` wrote.
 * @param file for messages
 * @throws BsweepError INVALID_MODEL for a torn or changed file, or one that bsweep has not written
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): TensorFile {
  const { header, data } = splitFile(bytes, file);
  const { [METADATA_KEY]: sealed, ...entries } = header;
  const { [CHECKSUM_KEY]: expected, ...metadata } = sealed;
  if (expected !== checksum(data, metadata, entries))
    throw invalid(file, "does not match its checksum");
  const tensors = Object.entries(entries).map(([name, { shape, data_offsets }]) => {
    const [begin, end] = data_offsets;
    const bytes = data.subarray(begin, end);
    const count = shape.reduce((product, size) => product * size, 1);
    if (bytes.length !== count * Float32Array.BYTES_PER_ELEMENT)
      throw invalid(file, `holds ${bytes.length} bytes for ${name} [${shape.join(", ")}]`);
    return [name, { shape, values: floatsOf(bytes) }] as const;
  });
  return { tensors: new Map(tensors), metadata };
}

type Header = z.output<typeof headerSchema> & Record<string, z.output<typeof entrySchema>>;

function splitFile(bytes: Uint8Array, file: string): { header: Header; data: Uint8Array } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < LENGTH_BYTES) throw invalid(file, "is too short");
  const length = Number(buffer.readBigUInt64LE());
  if (length > buffer.length - LENGTH_BYTES) throw invalid(file, "ends within its header");
  const data = buffer.subarray(LENGTH_BYTES + length);
  let value: unknown;
  try {
    value = JSON.parse(buffer.toString("utf8", LENGTH_BYTES, LENGTH_BYTES + length));
  } catch {
    throw invalid(file, "has a header that is no JSON");
  }
  const header = headerSchema.safeParse(value);
  if (!header.success) throw invalid(file, `has a header that bsweep did not write`);
  return { header: header.data, data };
}

function invalid(file: string, what: string): BsweepError {
  return new BsweepError("INVALID_MODEL", `${file} ${what}`, {
    hint: "the file was torn or changed after it was written, or is not bsweep's",
  });
}

function checksum(
  data: Uint8Array,
  metadata: Readonly<Record<string, string>>,
  tensors: Readonly<Record<string, unknown>>,
): string {
  return sha256(sha256(data) + canonicalJson({ metadata, tensors }));
}

/** Little-endian, as every platform TensorFlow runs on. */
export function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A copy: the file's bytes may stand at any offset. */
function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
