import fc from "fast-check";
import { expect, test } from "vitest";
import { formatResult, parseResult } from "../../../src/formats/result-file.ts";
import { makeResult, makeTrial } from "../../support/results.ts";

const value = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
  fc.boolean(),
);
const params = fc.dictionary(
  fc.string().filter((name) => name !== "__proto__"),
  value,
  { noNullPrototype: true },
);

test("a result comes back from its file as it went in", () => {
  fc.assert(
    fc.property(params, fc.integer({ min: 0, max: 4200 }), (some, correct) => {
      const result = makeResult(makeTrial(1, some), 1, correct);
      expect(parseResult(formatResult(result), "f")).toEqual(result);
    }),
  );
});

test("one byte changed, or a tail missing, is no result", () => {
  const text = formatResult(makeResult(makeTrial(1, { note: "checksum" }), 1, 4000));
  const places = fc.integer({ min: 0, max: text.length - 2 });
  fc.assert(
    fc.property(places, fc.constantFrom("x", "0", " ", '"'), (place, other) => {
      fc.pre(text[place] !== other);
      const changed = `${text.slice(0, place)}${other}${text.slice(place + 1)}`;
      expect(() => parseResult(changed, "f")).toThrow();
      expect(() => parseResult(text.slice(0, place), "f")).toThrow();
    }),
  );
});

test("a valid checksum does not make a result", () => {
  const result = { ...makeResult(makeTrial(1, {}), 1, 1), objective: null };
  expect(() => parseResult(formatResult(result), "f")).toThrow(/no valid result/);
});
