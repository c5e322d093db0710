import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scoreHoldout } from "../../../src/cnn/holdout-score.ts";
import { findImprobable, predictClasses } from "../../../src/cnn/probabilities.ts";
import { randomFor } from "../../../src/core/random.ts";
import { findPython, TEST_PYTHON } from "../../support/python/environment.ts";
import { requireHere } from "../../support/requirements.ts";

interface Case {
  readonly classes: number;
  readonly labels: Uint8Array;
  readonly probabilities: Float32Array;
}

/** Rows whose true class is a little likelier; in steps of `1 / steps`, so that many are equal, and some are 0 and 1. */
function draw(
  random: ReturnType<typeof randomFor>,
  rows: number,
  classes: number,
  steps: number,
): Case {
  const labels = Uint8Array.from({ length: rows }, (_, row) =>
    row < classes ? row : Math.floor(random.next() ** 2 * classes),
  );
  const probabilities = Float32Array.from(
    [...labels].flatMap((label) => {
      const weights = Array.from({ length: classes }, (_, each) =>
        Math.round(steps * random.next() * (each === label ? 1.5 : 1)),
      );
      const sum = weights.reduce((all, each) => all + each, 0);
      return sum === 0 ? weights.map(() => 1 / classes) : weights.map((each) => each / sum);
    }),
  );
  return { classes, labels, probabilities };
}

function score({ classes, labels, probabilities }: Case) {
  const predictions = predictClasses(probabilities, classes);
  return scoreHoldout({ predictions, probabilities }, labels, classes).metrics;
}

test.runIf(requireHere(["Python's scikit-learn"]))(
  "scores are scikit-learn's, of two classes and of many, with ties, zeros and ones",
  () => {
    const random = randomFor(3, "scores");
    const sizes = [
      [50, 2, 1],
      [400, 2, 3],
      [400, 2, 1e6],
      [30, 3, 2],
      [500, 10, 4],
      [900, 10, 1e6],
      [300, 200, 9],
    ] as const;
    const cases = sizes.map(([rows, classes, steps]) => draw(random, rows, classes, steps));
    const script = join(import.meta.dirname, "../../support/python/holdout_scores.py");
    const input = JSON.stringify(
      cases.map(({ classes, labels, probabilities }) => ({
        ...{ classes, labels: [...labels] },
        probabilities: [...labels.keys()].map((row) => [
          ...probabilities.subarray(row * classes, (row + 1) * classes),
        ]),
      })),
    );
    const output = execFileSync(findPython(TEST_PYTHON) ?? "", [script], {
      input,
      encoding: "utf8",
    });
    const theirs = JSON.parse(output) as Record<string, number>[];
    for (const [at, each] of cases.entries()) {
      const ours = score(each);
      expect(Object.keys(ours)).toHaveLength(4);
      for (const [name, value] of Object.entries(ours))
        expect(value, `${name} of case ${at}`).toBeCloseTo(theirs[at]?.[name] ?? NaN, 10);
      expect(ours.logLoss).toBeCloseTo(theirs[at]?.["logLossOfFloats"] ?? NaN, 4);
    }
  },
  120_000,
);

test("by hand: two classes, one pair of equals", () => {
  const probabilities = Float32Array.of(0.75, 0.25, 0.5, 0.5, 0.5, 0.5, 0, 1);
  const { auc, logLoss } = score({ classes: 2, labels: Uint8Array.of(0, 0, 1, 1), probabilities });
  // Of 4 pairs 3 are in order and 1 is equal.
  expect(auc).toBe(3.5 / 4);
  expect(logLoss).toBeCloseTo(-(Math.log(0.75) + 2 * Math.log(0.5)) / 4, 6);
});

test("a class that does not occur has no area and no recall; of one class alone there is no area", () => {
  const probabilities = Float32Array.of(0.8, 0.1, 0.1, 0.2, 0.7, 0.1);
  const two = score({ classes: 3, labels: Uint8Array.of(0, 1), probabilities });
  expect(two).toMatchObject({ auc: 1, balancedAccuracy: 1 });
  const one = score({ classes: 3, labels: Uint8Array.of(0, 0), probabilities });
  expect(one).not.toHaveProperty("auc");
  expect(one.balancedAccuracy).toBe(0.5);
});

test("what are no probabilities is told with its row", () => {
  expect(findImprobable(Float32Array.of(0.5, 0.5, 1, 0), 2)).toBeUndefined();
  // As float32 of a softmax may be.
  expect(findImprobable(Float32Array.of(1.0000002, 0), 2)).toBeUndefined();
  expect(findImprobable(Float32Array.of(0.5, 0.5, NaN, 0), 2)).toBe(
    "row 1 holds NaN for class 0, expected 0 .. 1",
  );
  expect(findImprobable(Float32Array.of(0, 1, 2, -1), 2)).toBe(
    "row 1 holds 2 for class 0, expected 0 .. 1",
  );
  expect(findImprobable(Float32Array.of(0.25, 0.5), 2)).toBe("row 0 sums to 0.75, expected 1");
  expect(findImprobable(Float32Array.of(Infinity, 0), 2)).toContain("holds Infinity");
});

test("the first of equals is predicted", () => {
  expect([...predictClasses(Float32Array.of(0.4, 0.4, 0.2, 0, 0, 1), 3)]).toEqual([0, 2]);
});
