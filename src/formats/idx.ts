import { BsweepError } from "../core/errors.ts";

/** What an IDX file says of itself (format: Y. LeCun's MNIST page; all numbers big-endian). */
export interface IdxHeader {
  /** Rows. */
  readonly count: number;
  /** Sizes after the first: [height, width], [height, width, channels], or [] for labels. */
  readonly shape: readonly number[];
  /** Bytes before the first row. */
  readonly headerBytes: number;
  /** Bytes of one row. */
  readonly rowBytes: number;
}

/** Magic number, then at most four sizes. */
export const MAX_IDX_HEADER_BYTES = 20;
/** Third byte of the magic number: uint8, the only type images and labels come in. */
const TYPE_UINT8 = 0x08;

const MAGIC = { labels: "00000801", images: "00000803 or 00000804" };

/**
 * Reads the head of an IDX file.
 * @param head the first bytes of the file, MAX_IDX_HEADER_BYTES of them unless it is shorter.
 * @param content what the file must hold: labels have one dimension, images three, or four with channels.
 * @throws BsweepError INVALID_DATA
 */
export function parseIdxHeader(
  head: Uint8Array,
  file: string,
  content: "images" | "labels",
): IdxHeader {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const dimensions = head[3] ?? 0;
  const fits = content === "labels" ? dimensions === 1 : dimensions === 3 || dimensions === 4;
  if (head.length < 4 || view.getUint16(0) !== 0 || head[2] !== TYPE_UINT8 || !fits) {
    const start = Buffer.from(head.subarray(0, 4)).toString("hex");
    const found = start === "" ? "an empty file" : `the bytes ${start}`;
    throw invalid(file, found, `an IDX file of ${content} (${MAGIC[content]}), gzipped or not`);
  }
  const headerBytes = 4 + 4 * dimensions;
  if (head.length < headerBytes) {
    throw invalid(file, `${head.length} bytes`, `a header of ${headerBytes} bytes`);
  }
  const sizes = Array.from({ length: dimensions }, (_, at) => view.getUint32(4 + 4 * at));
  if (sizes.includes(0)) throw invalid(file, `sizes ${sizes.join(" x ")}`, "none to be 0");
  const [count = 0, ...shape] = sizes;
  return { count, shape, headerBytes, rowBytes: shape.reduce((product, n) => product * n, 1) };
}

function invalid(file: string, found: string, expected: string): BsweepError {
  const message = `found ${found}, expected ${expected}`;
  return new BsweepError("INVALID_DATA", `${file} cannot be packed`, {
    issues: [{ file, path: "", message }],
  });
}
