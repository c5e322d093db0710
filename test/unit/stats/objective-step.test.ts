import { expect, test } from "vitest";
import { objectiveAt } from "../../../src/stats/objective-step.ts";

test.each<[string, Readonly<Record<string, number>>, number | undefined]>([
  ["accuracy", { accuracy: 1, loss: 2 }, 1],
  ["accuracy", { loss: 2 }, undefined],
  ["holdoutAccuracy", { validationAccuracy: 3 }, 3],
  ["holdoutLoss", { validationAccuracy: 3 }, undefined],
  ["accuracy.max", { accuracy: 1 }, 1],
  ["loss.min", { loss: 2, "loss.min": 1 }, 1],
  ["loss.mean", { loss: 2 }, undefined],
])("%s at a step that tells %j is %s", (metric, told, value) => {
  expect(objectiveAt(told, metric)).toBe(value);
});
