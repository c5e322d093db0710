import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findNearest } from "../../../src/core/errors.ts";

const KNOWN = ["filters", "kernelSize", "convLayers", "blocks", "dropout"];

describe("findNearest", () => {
  test.each([
    ["filtres", "filters"],
    ["Filters", "filters"],
    ["kernelsize", "kernelSize"],
    ["kernel_size", "kernelSize"],
    ["convLayer", "convLayers"],
    ["bloks", "blocks"],
  ])("%s: %s", (word, nearest) => expect(findNearest(word, KNOWN)).toBe(nearest));

  test.each(["epochs", "x", "", "learningRate"])("nothing is near %j", (word) =>
    expect(findNearest(word, KNOWN)).toBeUndefined(),
  );

  test("one letter left out of a known word is always mended", () => {
    const cut = fc
      .constantFrom(...KNOWN)
      .chain((word) => fc.nat(word.length - 1).map((at) => [word, at] as const));
    fc.assert(
      fc.property(cut, ([word, at]) => {
        expect(findNearest(word.slice(0, at) + word.slice(at + 1), KNOWN)).toBe(word);
      }),
    );
  });
});
