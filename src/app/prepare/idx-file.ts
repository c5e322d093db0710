import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { messageOf, type BsweepError } from "../../core/errors.ts";
import type { SourceFile } from "../../formats/dataset-piece.ts";
import { MAX_IDX_HEADER_BYTES, parseIdxHeader, type IdxHeader } from "../../formats/idx.ts";
import { readBytes } from "./read-bytes.ts";
import { describeSource, invalidData } from "./source.ts";

/** An IDX file whose head has been read. */
export interface IdxFile {
  readonly source: SourceFile;
  readonly gzipped: boolean;
  readonly header: IdxHeader;
}

/**
 * Opens an IDX file, gzipped or not (its first bytes tell, not its name).
 * @throws BsweepError INVALID_DATA for another format, or a plain file of the wrong size
 */
export async function openIdxFile(file: string, content: "images" | "labels"): Promise<IdxFile> {
  const source = describeSource(file);
  const start = await readHead(readBytes(file, 0, Math.min(source.bytes, MAX_IDX_HEADER_BYTES)));
  const gzipped = start[0] === 0x1f && start[1] === 0x8b;
  const head = gzipped ? await readHead(inflate(file)) : start;
  const header = parseIdxHeader(head, file, content);
  if (!gzipped && source.bytes !== totalBytes(header)) throw wrongSize(file, source.bytes, header);
  return { source, gzipped, header };
}

/**
 * The bytes of rows [start, end). A plain file is read from there; a gzipped one is inflated up to
 * there, and with its last row to its very end, where the checksum stands.
 * @throws BsweepError INVALID_DATA when the file is truncated, damaged or too long
 */
export async function* readIdxRows(
  { source, gzipped, header }: IdxFile,
  start: number,
  end: number,
): AsyncGenerator<Buffer> {
  const from = header.headerBytes + start * header.rowBytes;
  const to = header.headerBytes + end * header.rowBytes;
  if (!gzipped) {
    yield* readBytes(source.file, from, to);
    return;
  }
  let position = 0;
  for await (const block of inflate(source.file)) {
    const wanted = block.subarray(Math.max(from - position, 0), Math.max(to - position, 0));
    position += block.length;
    if (wanted.length > 0) yield wanted;
    if (position >= to && end < header.count) return;
  }
  if (position !== totalBytes(header)) throw wrongSize(source.file, position, header);
}

async function readHead(blocks: AsyncGenerator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  for await (const block of blocks) {
    head = Buffer.concat([head, block.subarray(0, MAX_IDX_HEADER_BYTES)]);
    if (head.length >= MAX_IDX_HEADER_BYTES) break;
  }
  return head.subarray(0, MAX_IDX_HEADER_BYTES);
}

async function* inflate(file: string): AsyncGenerator<Buffer> {
  const input = createReadStream(file);
  const output = createGunzip();
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

function totalBytes({ headerBytes, count, rowBytes }: IdxHeader): number {
  return headerBytes + count * rowBytes;
}

function wrongSize(file: string, bytes: number, header: IdxHeader): BsweepError {
  const message = `found ${bytes} bytes, expected ${totalBytes(header)} for ${header.count} rows`;
  return invalidData(file, [{ file, path: "", message }], "download the file again");
}
