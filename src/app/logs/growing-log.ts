import { closeSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { BsweepError, isSystemError, messageOf } from "../../core/errors.ts";
import { openPlainFile } from "../../workspace/folder.ts";

const CHUNK_BYTES = 1 << 16;
/** A line that is longer comes in pieces: a log may have no line ends at all. */
const MAX_LINE_LENGTH = 1 << 16;

/** A text file that another process writes to. A progress bar's carriage returns end lines too. */
export class GrowingLog {
  readonly path: string;
  readonly #decoder = new StringDecoder("utf8");
  #offset = 0;
  #pending = "";

  constructor(path: string) {
    this.path = path;
  }

  /** Lines that came since the last call, ends left out; none while there is no file. @throws BsweepError WORKSPACE */
  *read(): Generator<string> {
    let file: number;
    try {
      file = openPlainFile(this.path);
    } catch (cause) {
      if (isSystemError(cause, "ENOENT")) return;
      const message = `cannot read ${this.path}: ${messageOf(cause)}`;
      throw new BsweepError("WORKSPACE", message, { cause });
    }
    try {
      const buffer = Buffer.alloc(CHUNK_BYTES);
      for (;;) {
        const length = readSync(file, buffer, 0, CHUNK_BYTES, this.#offset);
        if (length === 0) return;
        this.#offset += length;
        yield* this.#split(this.#decoder.write(buffer.subarray(0, length)));
      }
    } finally {
      closeSync(file);
    }
  }

  /** What stands behind the last line end. */
  *rest(): Generator<string> {
    const rest = this.#pending + this.#decoder.end();
    this.#pending = "";
    if (rest !== "") yield rest;
  }

  *#split(text: string): Generator<string> {
    const lines = (this.#pending + text).split(/\r?\n|\r(?!$)/);
    this.#pending = lines.pop() ?? "";
    yield* lines;
    if (this.#pending.length <= MAX_LINE_LENGTH) return;
    yield this.#pending;
    this.#pending = "";
  }
}
