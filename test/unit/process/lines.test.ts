import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "../../../src/process/lines.ts";

/** The lines of output that comes in these pieces. */
function linesOf(...pieces: readonly (string | Uint8Array)[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const piece of pieces) splitter.write(Buffer.from(piece));
  return lines;
}

test("whole lines come without their ends, empty ones too; what has no end yet does not", () => {
  expect(linesOf("one\ntw", "o\n", "\nthree\nhalf")).toEqual(["one", "two", "", "three"]);
  expect(linesOf("")).toEqual([]);
});

test("a carriage return ends a line, backspaces do, and the end of the output does", () => {
  expect(linesOf("1/3 loss: 3\b\b\b", "\b\b2/3 loss: 2\b\b\b\b\b\n").filter(Boolean)).toEqual([
    "1/3 loss: 3",
    "2/3 loss: 2",
  ]);
  expect(linesOf("10 %\r20 %\r\n", "done\n")).toEqual(["10 %", "20 %", "done"]);
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  splitter.write(Buffer.from("whole\nhalf"));
  splitter.end();
  splitter.end();
  expect(lines).toEqual(["whole", "half"]);
});

test("a character that is cut comes whole; what is none is told as such", () => {
  const bytes = Buffer.from("é🙂\n");
  expect(linesOf(...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(["é🙂"]);
  expect(linesOf(Uint8Array.of(0x61, 0xff, 0x62, 0x0a))).toEqual(["a\ufffdb"]);
});

test("wherever output is cut, the lines are the same", () => {
  const text = fc
    .array(fc.string({ unit: "grapheme" }))
    .map((parts) => parts.join("\n").replaceAll(/[\r\b]/g, ""));
  fc.assert(
    fc.property(text, fc.array(fc.nat(200)), (whole, cuts) => {
      const bytes = Buffer.from(whole);
      const ends = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length];
      ends.sort((a, b) => a - b);
      const pieces = ends.slice(1).map((end, at) => bytes.subarray(ends[at], end));
      expect(linesOf(...pieces)).toEqual(bytes.toString("utf8").split("\n").slice(0, -1));
    }),
  );
});

test.each([1000, 10_000, 65_536])(
  "of a line that is too long nothing is seen, the next one is whole (pieces of %i)",
  (size) => {
    const bytes = Buffer.from(`before\n${"x".repeat(200_000)}\n${"y".repeat(65_536)}\nafter\n`);
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    const seen = linesOf(...pieces).map((line) => [line.slice(0, 6), line.length]);
    expect(seen).toEqual([
      ["before", 6],
      ["yyyyyy", 65_536],
      ["after", 5],
    ]);
  },
);
