import { pipeline } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { BsweepError, messageOf } from "../../core/errors.ts";
import { formatCount } from "../../core/quantities.ts";
import type { SourceFile } from "../../formats/dataset-piece.ts";
import { BLOCK_BYTES, type Content, cutBlocks } from "./content.ts";
import { describeSource, invalidData } from "./source.ts";

/** Entries of a zip; more are a collection of something else. */
const MAX_ENTRIES = 100_000;
/** APPNOTE.TXT, 4.4.5. */
const DEFLATED = 8;
const OPTIONS = { lazyEntries: true, autoClose: false } as const;

/** A file in a zip. */
export interface Member extends Content {
  /** Its name in there. */
  readonly member: string;
}

/**
 * The files in a zip, in its order. Each is inflated from its start whenever it is read, at flat memory, and never to more than
 * the zip says.
 * @throws BsweepError INVALID_DATA
 */
export async function openZip(file: string): Promise<Member[]> {
  const source = describeSource(file);
  const members: Member[] = [];
  try {
    const zip = await yauzl.openPromise(file, OPTIONS);
    try {
      for await (const entry of zip.eachEntry()) {
        if (members.length >= MAX_ENTRIES)
          throw new Error(`it holds more than ${formatCount(MAX_ENTRIES)} files`);
        if (!entry.fileName.endsWith("/")) members.push(toMember(source, entry));
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    throw damaged(file, error);
  }
  return members;
}

function toMember(source: SourceFile, entry: Entry): Member {
  const name = `${source.file}: ${entry.fileName}`;
  return {
    ...{ name, source, member: entry.fileName, bytes: entry.uncompressedSize },
    read: (start, end) => cutBlocks(inflateEntry(source.file, entry), start, end),
  };
}

async function* inflateEntry(file: string, entry: Entry): AsyncGenerator<Buffer> {
  try {
    const zip = await yauzl.openPromise(file, OPTIONS);
    try {
      let [sum, bytes] = [0, 0];
      for await (const block of await openEntry(zip, entry)) {
        sum = crc32(block, sum);
        bytes += block.length;
        if (bytes > entry.uncompressedSize)
          throw new Error(`${entry.fileName} holds more than ${entry.uncompressedSize} bytes`);
        yield block;
      }
      if (sum !== entry.crc32) throw new Error(`the checksum of ${entry.fileName} does not fit`);
    } finally {
      zip.close();
    }
  } catch (error) {
    throw damaged(file, error);
  }
}

/** What the entry holds, in blocks larger than those that yauzl inflates: of a large file each costs a way to another thread. */
async function openEntry(zip: ZipFile, entry: Entry): Promise<AsyncIterable<Buffer>> {
  if (entry.compressionMethod !== DEFLATED) return zip.openReadStreamPromise(entry);
  const packed = await zip.openReadStreamPromise(entry, { decompress: false });
  const output = createInflateRaw({ chunkSize: BLOCK_BYTES });
  // Who stops reading has both closed; errors reach who reads.
  return pipeline(packed, output, () => undefined);
}

function damaged(file: string, error: unknown): BsweepError {
  if (error instanceof BsweepError) return error;
  const message = `found a truncated or damaged zip file: ${messageOf(error)}`;
  return invalidData(file, [{ file, path: "", message }], "download the file again");
}
