import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { isSystemError } from "../../core/errors.ts";

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

  /** Lines that came since the last call, ends left out; none while there is no file. */
  *read(): Generator<string> {
    let file: number;
    try {
      file = openSync(this.path, "r");
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return;
      throw error;
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
