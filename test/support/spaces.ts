import fc from "fast-check";
import type { Dimension, Distribution, ParameterValue, SearchSpace } from "../../src/core/study.ts";
import { spaceOf } from "./space-of.ts";

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
export const wideSpaces = spacesOf(fc.oneof(categorical, ranged)).map(
  ({ dimensions }): SearchSpace =>
    spaceOf([
      ...dimensions,
      { name: "wide", distribution: { kind: "real", low: 0, high: 1, log: false } },
    ]),
);

/**
 * Spaces of few combinations whose dimensions depend on one another by comparisons and lists, of which some share a name, and that
 * constraints cut, none of them to nothing.
 */
export const boundSpaces: fc.Arbitrary<SearchSpace> = fc
  .record({
    layers: fc.integer({ min: 1, max: 4 }),
    atLeast: fc.integer({ min: 1, max: 3 }),
    words: fc.uniqueArray(fc.constantFrom<ParameterValue>("a", "b", null, [1, 2], { c: [null] }), {
      minLength: 2,
      maxLength: 3,
    }),
    weights: fc.boolean(),
    product: fc.integer({ min: 4, max: 80 }),
  })
  .map(({ layers, atLeast, words, weights, product }): SearchSpace => {
    const [first = "a", ...others] = words;
    const steps = (low: number, high: number, step: number) =>
      ({ kind: "integer", low, high, log: true, step }) as const;
    return spaceOf(
      [
        { name: "units2", distribution: steps(8, 24, 8), when: { layers: { atLeast } } },
        { name: "layers", distribution: { ...steps(1, layers, 1), log: false } },
        {
          name: "word",
          distribution: {
            ...{ kind: "categorical", values: words },
            ...(weights ? { weights: words.map((_, at) => at + 1) } : {}),
          },
        },
        { name: "rate", distribution: steps(1, 4, 1), when: { word: { oneOf: [first] } } },
        { name: "rate", distribution: steps(10, 40, 10), when: { word: { oneOf: others } } },
        {
          name: "scale",
          distribution: { ...steps(1, 3, 1), log: false, normal: { mean: 2, sd: 1 } },
          when: { word: { noneOf: [first] }, rate: { below: 30 } },
        },
      ],
      `rate * layers <= ${product}`,
      'units2 > 8 || word != "b"',
    );
  });

function spacesOf(distributions: fc.Arbitrary<Distribution>): fc.Arbitrary<SearchSpace> {
  return fc
    .array(fc.record({ distribution: distributions, dependent: fc.boolean() }), { maxLength: 5 })
    .map((parts) =>
      spaceOf(
        parts.map(({ distribution, dependent }, at): Dimension => {
          const before = parts[at - 1]?.distribution;
          const dimension = { name: `p${at}`, distribution };
          return dependent && before?.kind === "categorical"
            ? { ...dimension, when: { [`p${at - 1}`]: { oneOf: [before.values[0] ?? 0] } } }
            : dimension;
        }),
      ),
    );
}
