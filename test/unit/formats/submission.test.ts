import { expect, test } from "vitest";
import { formatProbabilities, formatSubmission } from "../../../src/formats/submission.ts";

test("ids count from 1 in the order of the rows, lines end with LF", () => {
  expect(formatSubmission(Uint8Array.of(7, 0, 255), [])).toBe("ImageId,Label\n1,7\n2,0\n3,255\n");
  const names = ['cat, "big"', "dog"];
  expect(formatSubmission(Uint8Array.of(1, 0), names)).toBe(
    'ImageId,Label\n1,dog\n2,"cat, ""big"""\n',
  );
});

test("probabilities have a column a class and six digits", () => {
  const values = Float32Array.of(0.25, 0.75, 1, 1e-9);
  expect(formatProbabilities(values, ["0", "1"])).toBe(
    "ImageId,p0,p1\n1,0.250000,0.750000\n2,1.000000,0.000000\n",
  );
});
