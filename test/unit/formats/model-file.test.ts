import { expect, test } from "vitest";
import { BsweepError, formatIssue } from "../../../src/core/errors.ts";
import { formatModelFile, parseModelFile } from "../../../src/formats/model-file.ts";
import { describeModel } from "../../support/models.ts";

const MODEL = describeModel({ dropout: 0.2 });

/** What is wrong with the model's description when these members are others. */
function issuesOf(changes: object): string[] {
  try {
    parseModelFile(JSON.stringify({ ...MODEL, ...changes }), "model.json");
    return [];
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    expect(error.code).toBe("INVALID_MODEL");
    return error.issues.map(formatIssue);
  }
}

test("a description reads back as it was written", () => {
  const packed = { file: "test.bin", bytes: 400, sha256: "c".repeat(64) };
  const score = { correct: 9, accuracy: 0.9, loss: 0.3, macroF1: 0.88, probabilities: packed };
  const tested = { path: "data/test", digest: MODEL.dataset.digest, rows: 10, ...score };
  for (const model of [MODEL, { ...MODEL, trial: null, test: tested }])
    expect(parseModelFile(formatModelFile(model), "model.json")).toEqual(model);
});

test("a parameter that came after the model was made has its default", () => {
  const { zoom, ...older } = MODEL.params;
  const text = JSON.stringify({ ...MODEL, params: older });
  expect(parseModelFile(text, "model.json").params).toEqual({ ...older, zoom });
  const { filters, ...without } = MODEL.params;
  expect(issuesOf({ params: without })).toEqual([
    expect.stringMatching(/^model.json: params.filters: found nothing, expected an integer/),
  ]);
  expect(filters).toBe(4);
});

test.each([
  [{ name: "../elsewhere" }, "name"],
  [{ study: ".." }, "study"],
  [{ weights: { ...MODEL.weights, file: "/etc/passwd" } }, "weights.file"],
  [{ schemaVersion: 2 }, "schemaVersion"],
  [{ precision: "float16" }, "precision"],
  [{ params: { ...MODEL.params, filters: 0 } }, "params.filters"],
  [{ params: { ...MODEL.params, colour: 1 } }, "params"],
  [{ problem: { ...MODEL.problem, classes: 257 } }, "problem.classes"],
  [{ surprise: 1 }, "surprise"],
])("refuses %j", (changes, place) => {
  expect(issuesOf(changes).join("\n")).toContain(place);
});

test("refuses parameters of which no network can be made", () => {
  const problem = { ...MODEL.problem, height: 5 };
  expect(issuesOf({ problem })).toEqual([
    expect.stringContaining("params: there is no such network: block 2"),
  ]);
});
