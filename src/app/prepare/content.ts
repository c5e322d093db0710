import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { messageOf } from "../../core/errors.ts";
import type { SourceFile } from "../../formats/dataset-piece.ts";
import { describeSource, invalidData, unreadable } from "./source.ts";

export const BLOCK_BYTES = 1 << 20;
const LINE_END = 0x0a;

/** Bytes to be read: a file, what a gzip file holds, or one file in a zip. */
export interface Content {
  /** As messages name it. */
  readonly name: string;
  /** The file on disk. */
  readonly source: SourceFile;
  /** Undefined where nobody knows before the end. */
  readonly bytes: number | undefined;
  /**
   * Bytes [start, end) in blocks; without `end`, to the very end, where checksums are compared.
   * @throws BsweepError INVALID_DATA for what is truncated or damaged
   */
  read(start: number, end?: number): AsyncGenerator<Buffer>;
}

/** A file as it is. @throws BsweepError INVALID_DATA when it is missing or no regular file */
export function plainContent(file: string): Content {
  const source = describeSource(file);
  const { bytes } = source;
  const read: Content["read"] = (start, end = bytes) => readBytes(file, start, end);
  return { name: file, source, bytes, read };
}

/** A file, or what it holds when it is gzipped; its first bytes tell, not its name. */
export async function openContent(file: string): Promise<Content> {
  const plain = plainContent(file);
  const head = await readHead(plain, 2);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return plain;
  const read: Content["read"] = (start, end) => cutBlocks(inflate(file), start, end);
  return { name: file, source: plain.source, bytes: undefined, read };
}

/** The first bytes, fewer where there are no more. */
export async function readHead(content: Content, bytes: number): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of content.read(0, Math.min(bytes, content.bytes ?? bytes)))
    blocks.push(block);
  return Buffer.concat(blocks).subarray(0, bytes);
}

/** How many bytes there are, read to the end where that is the only way to know. */
export async function measureContent(content: Content): Promise<number> {
  if (content.bytes !== undefined) return content.bytes;
  let bytes = 0;
  for await (const block of content.read(0)) bytes += block.length;
  return bytes;
}

/** Bytes [start, end) of a stream that starts at 0; what is behind `end` is not read. */
export async function* cutBlocks(
  blocks: AsyncIterable<Buffer>,
  start: number,
  end = Infinity,
): AsyncGenerator<Buffer> {
  let position = 0;
  for await (const block of blocks) {
    const wanted = block.subarray(Math.max(start - position, 0), Math.max(end - position, 0));
    position += block.length;
    if (wanted.length > 0) yield wanted;
    if (position >= end) return;
  }
}

async function* inflate(file: string): AsyncGenerator<Buffer> {
  const input = createReadStream(file);
  const output = createGunzip({ chunkSize: BLOCK_BYTES });
  input.on("error", (error) => output.destroy(error));
  try {
    for await (const block of input.pipe(output)) yield block as Buffer;
  } catch (error) {
    const message = `found a truncated or damaged gzip file: ${messageOf(error)}`;
    throw invalidData(file, [{ file, path: "", message }], "download the file again");
  } finally {
    input.destroy();
  }
}

/**
 * Bytes [start, end) of a file in blocks.
 * @throws BsweepError INVALID_DATA when the file cannot be read
 */
export async function* readBytes(file: string, start: number, end: number): AsyncGenerator<Buffer> {
  if (end <= start) return;
  const stream = createReadStream(file, { start, end: end - 1, highWaterMark: BLOCK_BYTES });
  try {
    for await (const block of stream) yield block as Buffer;
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** The first position >= `position` where a line starts, `end` when there is none. `position` > 0. */
export async function findLineStart(
  content: Content,
  position: number,
  end: number,
): Promise<number> {
  let offset = position - 1;
  for await (const block of content.read(offset, end)) {
    const at = block.indexOf(LINE_END);
    if (at >= 0) return offset + at + 1;
    offset += block.length;
  }
  return end;
}

/** Line ends before `end`: the lines in front of what starts there. */
export async function countLines(content: Content, end: number): Promise<number> {
  let lines = 0;
  for await (const block of content.read(0, end)) {
    for (let at = block.indexOf(LINE_END); at >= 0; at = block.indexOf(LINE_END, at + 1)) lines++;
  }
  return lines;
}

/**
 * Whole lines of bytes [start, end) in large blocks, line ends included; only the last may lack its own.
 * A line longer than `maxLineBytes` comes in parts, so that memory stays bounded.
 */
export async function* readLineBlocks(
  content: Content,
  [start, end]: readonly [number, number | undefined],
  maxLineBytes: number,
): AsyncGenerator<Buffer> {
  let carried: Buffer = Buffer.alloc(0);
  for await (const block of content.read(start, end)) {
    const bytes = carried.length === 0 ? block : Buffer.concat([carried, block]);
    const lastEnd = bytes.lastIndexOf(LINE_END) + 1;
    const cut = lastEnd === 0 && bytes.length > maxLineBytes ? bytes.length : lastEnd;
    if (cut > 0) yield bytes.subarray(0, cut);
    carried = bytes.subarray(cut);
  }
  if (carried.length > 0) yield carried;
}

/** The same bytes in blocks of whole rows; what is left over at the end comes last. */
export async function* readRows(
  blocks: AsyncIterable<Buffer>,
  rowBytes: number,
): AsyncGenerator<Buffer> {
  let carried: Buffer = Buffer.alloc(0);
  for await (const block of blocks) {
    const bytes = carried.length === 0 ? block : Buffer.concat([carried, block]);
    const cut = bytes.length - (bytes.length % rowBytes);
    if (cut > 0) yield bytes.subarray(0, cut);
    carried = bytes.subarray(cut);
  }
  if (carried.length > 0) yield carried;
}
