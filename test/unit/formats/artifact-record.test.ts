import { expect, test } from "vitest";
import { formatArtifactRecord, parseArtifactRecord } from "../../../src/formats/artifact-record.ts";

const RECORD = {
  schemaVersion: 1,
  ...{ number: 17, trialId: "0123456789abcdef", attempt: 2, within: "00ff" },
  objective: { metric: "acc", direction: "maximize", value: 0.5 },
  ...{ isWanted: true, count: 1, bytes: 3 },
  files: [{ file: "a folder/b.pt", bytes: 3, sha256: "a".repeat(64) }],
} as const;

test("what is written is read again", () => {
  expect(parseArtifactRecord(formatArtifactRecord(RECORD), "x.json")).toEqual(RECORD);
});

test.each(["/etc/passwd", "../b", "a/../../b", "a//b", ""])(
  "a file elsewhere is refused: %j",
  (file) => {
    const text = JSON.stringify({ ...RECORD, files: [{ ...RECORD.files[0], file }] });
    expect(() => parseArtifactRecord(text, "x.json")).toThrow("x.json is no valid record");
  },
);
