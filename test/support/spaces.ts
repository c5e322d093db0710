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

/** Spaces of up to five dimensions with few values each; some depend on the one before. */
export const finiteSpaces: fc.Arbitrary<Dimension[]> = fc
  .array(fc.record({ distribution: fc.oneof(categorical, stepped), dependent: fc.boolean() }), {
    maxLength: 5,
  })
  .map((parts) =>
    parts.map(({ distribution, dependent }, at): Dimension => {
      const before = parts[at - 1]?.distribution;
      const dimension = { name: `p${at}`, distribution };
      return dependent && before?.kind === "categorical"
        ? { ...dimension, when: { [`p${at - 1}`]: before.values[0] ?? 0 } }
        : dimension;
    }),
  );
