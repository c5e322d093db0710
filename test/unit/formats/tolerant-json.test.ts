import fc from "fast-check";
import { expect, test } from "vitest";
import { BsweepError } from "../../../src/core/errors.ts";
import { parseTolerantJson } from "../../../src/formats/tolerant-json.ts";

const read = (text: string): unknown => parseTolerantJson(text, () => undefined);

/** Ordinary objects, for those that are read have no prototype. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("what is JSON is read as JSON.parse reads it, whatever blanks are in it", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom(0, 1, 2, "\t"), (text, indent) => {
      const value: unknown = JSON.parse(text);
      const written = JSON.stringify(value, null, indent).replaceAll("\n", "\r\n");
      expect(plain(read(`\uFEFF${written}\n`))).toEqual(value);
    }),
  );
});

test("any text is read or refused with its place, never otherwise", () => {
  const piece = fc.constantFrom(...Array.from('{}[]:,"\\ntufe-+.0NaI\uFEFF\u0000 \r\n😀'));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        read(pieces.join(""));
      } catch (error) {
        expect(error).toBeInstanceOf(BsweepError);
        expect((error as Error).message).toMatch(/^is (empty|no JSON: found .* at line \d)/s);
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["Python", "[NaN, Infinity, -Infinity, None, True, False]", [NaN, Infinity, -Infinity]],
  ["R", "[NaN, Inf, -Inf, NA, null]", [NaN, Infinity, -Infinity, NaN, null]],
  ["C and awk", "[nan, -nan, inf, -inf, +inf]", [NaN, NaN, Infinity, -Infinity, Infinity]],
  ["bc and shells", "[.5, -.5, 5., +1, 007, 1e999, -1E999]", [0.5, -0.5, 5, 1, 7]],
  ["a comma too many", "[1, 2, ]", [1, 2]],
])("numbers and words of %s", (_, text, expected) => {
  expect((read(text) as unknown[]).slice(0, expected.length)).toEqual(expected);
});

test("a number beyond all is infinite", () => {
  expect(read("[1e999, -1e999]")).toEqual([Infinity, -Infinity]);
});

test("strings stay as they are, whatever words they hold", () => {
  const text = String.raw`{"NaN": "Infinity, NaN]}", "a\"b\u00e9\n": "C:\temp\q", "\ud83d\ude00": "\u12"}`;
  expect({ ...(read(text) as object) }).toEqual({
    NaN: "Infinity, NaN]}",
    'a"bé\n': "C:\temp\\q",
    "😀": "\\u12",
  });
  expect(read('"a\nb"')).toBe("a\nb");
});

test("names that objects have by themselves are names as others are", () => {
  const value = read('{"__proto__": {"x": 1}, "constructor": 2}') as Record<string, unknown>;
  expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
  expect(Object.getPrototypeOf(value)).toBe(null);
  expect(({} as { x?: number }).x).toBeUndefined();
});

test("of equal names the last one counts, and is told", () => {
  const twice: string[] = [];
  const value = parseTolerantJson('{"a":1,"b":2,"a":3}', (name) => twice.push(name));
  expect({ ...(value as object) }).toEqual({ a: 3, b: 2 });
  expect(twice).toEqual(["a"]);
});

test("what is nested too deep is passed over, and costs nothing else", () => {
  const deep = "[".repeat(100_000) + '"]]"' + "]".repeat(100_000);
  const value = read(`{"deep":${deep},"metrics":{"v":1}}`) as Record<string, object>;
  expect({ ...value["metrics"] }).toEqual({ v: 1 });
  expect(() => read("[".repeat(100_000))).toThrow("found its end");
});

test.each([
  ["", "is empty"],
  [" \n", "is empty"],
  [`{'metrics': {'v': 1}}`, "found `'metrics': {'v': 1}}` at line 1, column 2, expected a name in"],
  ['{"metrics":{"v":}}', "found `}}` at line 1, column 17, expected a value"],
  ['{"metrics":{"v":0', "found its end at line 1, column 18, expected a comma or }"],
  ['{"metrics":{"v', "found its end at line 1, column 15, expected the end of a string"],
  ['{"v":0,93}', "found `93}` at line 1, column 8, expected a name in double quotes"],
  ['{"v":1}\r\n{"v":2}', "at line 2, column 1, expected one result, written once"],
  ['{"v":1}}', "found `}` at line 1, column 8, expected its end"],
  ["accuracy: 0.9", "found `accuracy: 0.9` at line 1, column 1, expected a value"],
  ['{"a" 1}', "expected a colon"],
  ["[1 2]", "expected a comma or ]"],
  ["\u0000\u0001\u001b[2J", "found `\\u0000\\u0001\\u001b[2J` at line 1"],
  [`[${"0,".repeat(1_000_001)}0]`, "holds more than 1000000 values"],
])("%.30j is refused in words", (text, message) => {
  expect(() => read(text)).toThrow(message);
});
