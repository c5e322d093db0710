import { StringDecoder } from "node:string_decoder";

/** Longest line that is kept; of a longer one nothing is seen. */
const MAX_LINE_LENGTH = 1 << 16;

/** Cuts UTF-8 output into lines, also at a carriage return and at backspaces, by which progress bars go back. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #pending = "";
  #isTooLong = false;

  /** @param onLine called with each line, its end left out */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    const parts = (this.#pending + this.#decoder.write(chunk)).split(/\r\n|\n|\r|\u0008+/);
    this.#pending = parts.pop() ?? "";
    for (const line of parts) this.#tell(line);
    if (this.#pending.length <= MAX_LINE_LENGTH) return;
    this.#pending = "";
    this.#isTooLong = true;
  }

  /** The output is over: what it ends with is a line too. */
  end(): void {
    if (this.#pending !== "") this.#tell(this.#pending);
    this.#pending = "";
  }

  #tell(line: string): void {
    if (!this.#isTooLong && line.length <= MAX_LINE_LENGTH) this.#onLine(line);
    this.#isTooLong = false;
  }
}
