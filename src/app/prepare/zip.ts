import { crc32 } from "node:zlib";
import yauzl, { type Entry } from "yauzl";
import { BsweepError, messageOf } from "../../core/errors.ts";
import { formatCount } from "../../core/quantities.ts";
import type { SourceFile } from "../../formats/dataset-piece.ts";
import { type Content, cutBlocks } from "./content.ts";
import { describeSource, invalidData } from "./source.ts";

/** Entries of a zip; more are a collection of something else. */
const MAX_ENTRIES = 100_000;
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
      let sum = 0;
      const stream = await zip.openReadStreamPromise(entry);
      for await (const block of stream) {
        sum = crc32(block as Buffer, sum);
        yield block as Buffer;
      }
      if (sum !== entry.crc32) throw new Error(`the checksum of ${entry.fileName} does not fit`);
    } finally {
      zip.close();
    }
  } catch (error) {
    throw damaged(file, error);
  }
}

function damaged(file: string, error: unknown): BsweepError {
  if (error instanceof BsweepError) return error;
  const message = `found a truncated or damaged zip file: ${messageOf(error)}`;
  return invalidData(file, [{ file, path: "", message }], "download the file again");
}
