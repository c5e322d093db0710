import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { PackedFile } from "../core/dataset.ts";

const BLOCK_BYTES = 1 << 20;

/** A file that is hashed while it is written. */
export interface PackedFileWriter {
  readonly write: (bytes: Uint8Array) => void;
  /** Syncs and closes the file. */
  readonly finish: () => PackedFile;
  /** Closes the file; after `finish` it does nothing. */
  readonly close: () => void;
}

/** Creates `folder/name`, which must not exist. System errors are passed on. */
export function createPackedFile(folder: string, name: string): PackedFileWriter {
  const hash = createHash("sha256");
  let descriptor: number | undefined = openSync(join(folder, name), "wx", 0o644);
  let bytes = 0;
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  return {
    close,
    write: (data) => {
      if (descriptor === undefined) throw new Error(`${name} is closed`);
      hash.update(data);
      bytes += data.length;
      for (let at = 0; at < data.length;) at += writeSync(descriptor, data, at);
    },
    finish: () => {
      if (descriptor !== undefined) fsyncSync(descriptor);
      close();
      return { file: name, bytes, sha256: hash.digest("hex") };
    },
  };
}

/** The blocks of a file in order. Each block is overwritten by the next. */
export function* readBlocks(path: string): Generator<Uint8Array> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  const descriptor = openSync(path, "r");
  try {
    for (;;) {
      const bytes = readSync(descriptor, block);
      if (bytes === 0) return;
      yield block.subarray(0, bytes);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** SHA-256 of a file in hex, at flat memory. */
export function hashFile(path: string): string {
  const hash = createHash("sha256");
  for (const block of readBlocks(path)) hash.update(block);
  return hash.digest("hex");
}

/** Size and hash of `folder/name`. System errors are passed on. */
export function describePackedFile(folder: string, name: string): PackedFile {
  const path = join(folder, name);
  return { file: name, bytes: statSync(path).size, sha256: hashFile(path) };
}
