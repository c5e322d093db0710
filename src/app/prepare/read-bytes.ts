import { createReadStream } from "node:fs";
import { unreadable } from "./source.ts";

const BLOCK_BYTES = 1 << 20;
const LINE_END = 0x0a;

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
export async function findLineStart(file: string, position: number, end: number): Promise<number> {
  let offset = position - 1;
  for await (const block of readBytes(file, offset, end)) {
    const at = block.indexOf(LINE_END);
    if (at >= 0) return offset + at + 1;
    offset += block.length;
  }
  return end;
}

/** Line ends before `end`: the lines in front of what starts there. */
export async function countLines(file: string, end: number): Promise<number> {
  let lines = 0;
  for await (const block of readBytes(file, 0, end)) {
    for (let at = block.indexOf(LINE_END); at >= 0; at = block.indexOf(LINE_END, at + 1)) lines++;
  }
  return lines;
}

/**
 * Whole lines of bytes [start, end) in large blocks, line ends included; only the last may lack its own.
 * A line longer than `maxLineBytes` comes in parts, so that memory stays bounded.
 */
export async function* readLineBlocks(
  file: string,
  [start, end]: readonly [number, number],
  maxLineBytes: number,
): AsyncGenerator<Buffer> {
  let carried: Buffer = Buffer.alloc(0);
  for await (const block of readBytes(file, start, end)) {
    const bytes = carried.length === 0 ? block : Buffer.concat([carried, block]);
    const lastEnd = bytes.lastIndexOf(LINE_END) + 1;
    const cut = lastEnd === 0 && bytes.length > maxLineBytes ? bytes.length : lastEnd;
    if (cut > 0) yield bytes.subarray(0, cut);
    carried = bytes.subarray(cut);
  }
  if (carried.length > 0) yield carried;
}
