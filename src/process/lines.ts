import { StringDecoder } from "node:string_decoder";

/** Longest line that is kept; of a longer one nothing is seen. */
const MAX_LINE_LENGTH = 1 << 16;

/** Takes pieces of UTF-8 output and calls back with each whole line, its end left out. */
export function splitLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder("utf8");
  let pending = "";
  let isTooLong = false;
  return (chunk) => {
    const parts = (pending + decoder.write(chunk)).split("\n");
    pending = parts.pop() ?? "";
    for (const line of parts) {
      if (!isTooLong) onLine(line);
      isTooLong = false;
    }
    if (pending.length > MAX_LINE_LENGTH) {
      pending = "";
      isTooLong = true;
    }
  };
}
