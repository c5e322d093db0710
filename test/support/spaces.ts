import fc from "fast-check";
import type { Dimension, Distribution } from "../../src/core/study.ts";

const categorical: fc.Arbitrary<Distribution> = fc
  .uniqueArray(fc.oneof(fc.integer(), fc.string()), { minLength: 1, maxLength: 4 })
  .map((values) => ({ kind: "categorical", values }));

const stepped: fc.Arbitrary<Distribution> = fc
  .record({
    low: fc.integer({ min: -50, max: 50 }),
    steps: fc.integer({ min: 1, max: 3 }),
    step: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ low, steps, step }) => ({
    kind: "integer",
    low,
    high: low + steps * step,
    log: false,
    step,
  }));

/** Of any width and place: narrow, far from zero, wider than 32 bits. */
const ranged: fc.Arbitrary<Distribution> = fc.oneof(
  fc
    .tuple(
      fc.double({ min: -1e12, max: 1e12, noNaN: true }),
      fc.double({ min: -13, max: 6, noNaN: true }),
    )
    .map(([low, size]) => ({ low, high: low + Math.max(Math.abs(low), 1) * 10 ** size }))
    .map((ends): Distribution => ({ kind: "real", ...ends, log: ends.low > 0 })),
  fc
    .tuple(fc.maxSafeInteger(), fc.maxSafeInteger())
    .filter(([one, other]) => one !== other && Number.isSafeInteger(Math.abs(one - other)))
    .map((ends) => ({ low: Math.min(...ends), high: Math.max(...ends) }))
    .map((ends): Distribution => ({ kind: "integer", ...ends, log: ends.low > 0, step: 1 })),
);

/** Spaces of up to five dimensions with few values each; some depend on the one before. */
export const finiteSpaces = spacesOf(fc.oneof(categorical, stepped));

/** The same with ranges, so that there are more combinations than anybody can count. */
export const wideSpaces = spacesOf(fc.oneof(categorical, ranged)).map((space): Dimension[] => [
  ...space,
  { name: "wide", distribution: { kind: "real", low: 0, high: 1, log: false } },
]);

function spacesOf(distributions: fc.Arbitrary<Distribution>): fc.Arbitrary<Dimension[]> {
  return fc
    .array(fc.record({ distribution: distributions, dependent: fc.boolean() }), { maxLength: 5 })
    .map((parts) =>
      parts.map(({ distribution, dependent }, at): Dimension => {
        const before = parts[at - 1]?.distribution;
        const dimension = { name: `p${at}`, distribution };
        return dependent && before?.kind === "categorical"
          ? { ...dimension, when: { [`p${at - 1}`]: before.values[0] ?? 0 } }
          : dimension;
      }),
    );
}
