import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../../src/core/canonical-json.ts";
import { sha256 } from "../../../src/core/identity.ts";

describe("canonicalJson", () => {
  test("says the same value, whatever the order of its keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reverseKeys(value))).toBe(canonicalJson(value));
      }),
    );
  });

  test("orders keys by code unit, leaves out what is undefined, writes no blanks", () => {
    expect(canonicalJson({ b: [1, undefined, "\u00e9"], a: undefined, "10": null, "2": 0.1 })).toBe(
      '{"10":null,"2":0.1,"b":[1,null,"\u00e9"]}',
    );
  });
});

function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, reverseKeys(member)] as const);
  return Object.fromEntries(entries.reverse());
}

test("sha256 takes text as UTF-8, and bytes", () => {
  const expected = createHash("sha256").update("é", "utf8").digest("hex");
  expect(sha256("é")).toBe(expected);
  expect(sha256(Buffer.from("é"))).toBe(expected);
});
