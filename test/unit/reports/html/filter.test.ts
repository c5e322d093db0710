import fc from "fast-check";
import { expect, test } from "vitest";
import { compileFilter } from "../../../../src/reports/html/page/filter/filter.ts";
import { FilterError } from "../../../../src/reports/html/page/filter/tokens.ts";
import type { Column } from "../../../../src/reports/html/page/view.ts";

const numbers = [1, 2, 3, NaN];
const texts = ["relu", "a b", "constructor", ""];

function column(key: string, isNumeric: boolean): Column {
  return {
    ...{ key, title: key, explanation: "", group: "metric", isNumeric },
    number: (trial) => (isNumeric ? (numbers[trial] ?? NaN) : trial),
    text: (trial) => String(isNumeric ? numbers[trial] : texts[trial]),
    raw: (trial) => (isNumeric ? (numbers[trial] ?? NaN) : (texts[trial] ?? "")),
  };
}

const COLUMNS = [column("x", true), column("odd name", true), column("kind", false)];
const passing = (text: string): readonly number[] =>
  [0, 1, 2, 3].filter(compileFilter(text, COLUMNS));

test.each([
  ["x = 2", [1]],
  ["x != 2", [0, 2, 3]],
  ["x >= 2", [1, 2]],
  ["x < 2", [0]],
  ["x > -1e3 and x <= 2", [0, 1]],
  ["x = 1 or x = 3 and kind = relu", [0]],
  ["(x = 1 or x = 3) and kind = constructor", [2]],
  ["not x = 1", [1, 2, 3]],
  ["not (x = 1 or kind ~ STRUCT)", [1, 3]],
  ['kind = "a b"', [1]],
  ["`odd name` > 2", [2]],
  ["kind ~ r", [0, 2]],
])("%s", (text, expected) => {
  expect(passing(text)).toEqual(expected);
});

test.each([
  "",
  "x",
  "x =",
  "x = 1 x",
  "x ? 1",
  "(x = 1",
  "x = 1)",
  "__proto__ = 1",
  "kind > relu",
  "kind > 1",
  '"x" "="',
  `${"(".repeat(5000)}x = 1`,
])("refuses %j, and says so", (text) => {
  expect(() => compileFilter(text, COLUMNS)).toThrow(FilterError);
});

test("whatever is typed is read or refused, and nothing else", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        compileFilter(text, COLUMNS)(0);
      } catch (error) {
        expect(error).toBeInstanceOf(FilterError);
      }
    }),
  );
});
