import fc from "fast-check";
import { expect, test } from "vitest";
import { decodePage, encodePage } from "../../../../src/reports/html/codec.ts";

const column = fc.oneof(
  fc.float64Array({ maxLength: 40 }),
  fc.float32Array({ maxLength: 40 }),
  fc.int32Array({ maxLength: 40 }),
  fc.uint16Array({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }),
);
const text = fc.string({ unit: "binary" });

test("what is decoded is what was encoded, NaN and every kind of number among it", () => {
  const page = fc.record({
    texts: fc.array(text),
    columns: fc.array(fc.record({ name: text, values: column })),
    nothing: fc.constant(null),
  });
  fc.assert(
    fc.property(page, (each) => {
      // fast-check's records have no prototype.
      expect(decodePage(encodePage(each))).toEqual({
        ...each,
        columns: each.columns.map((own) => ({ ...own })),
      });
    }),
  );
});

test("reads bytes that stand in the middle of others", () => {
  const page = { values: Float64Array.of(1.5, NaN, -0), name: "ä" };
  const bytes = encodePage(page);
  const around = new Uint8Array(bytes.length + 3);
  around.set(bytes, 3);
  expect(decodePage(around.subarray(3))).toEqual(page);
});
