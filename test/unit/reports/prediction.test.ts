import { expect, test } from "vitest";
import { formatImagePredictions, formatSubmitted } from "../../../src/reports/prediction.ts";

const classNames = ["ant", "b\u001bee"];

test("classes are called by their names, safe on a terminal", () => {
  const image = {
    file: "x.png",
    height: 1,
    width: 1,
    inverted: false,
    label: 1,
    probability: 0.75,
    probabilities: [],
  };
  const images = [{ ...image, runnerUp: { label: 0, probability: 0.25 } }];
  expect(formatImagePredictions({ models: ["m"], classNames, images })).toBe(
    "x.png: b\\u001bee (75.00 %), then ant (25.00 %)\nby m",
  );
  const written = { output: "s.csv", probabilitiesOutput: null, rows: 3, models: ["m"] };
  expect(formatSubmitted({ ...written, classNames, classCounts: [1, 2] })).toBe(
    "written s.csv: 3 rows, by m\npredicted ant: 1  b\\u001bee: 2",
  );
});
