import { expect, test } from "vitest";
import { declaredVersion } from "../../../../src/trainer/runtime/install.ts";

test("the version of Node's headers", () => {
  const header = `
#define NODE_MAJOR_VERSION 24
#define NODE_MINOR_VERSION 1
#define NODE_PATCH_VERSION 0
`;
  expect(declaredVersion(header)).toBe("24.1.0");
});

test("a header without a version is no version of Node", () => {
  expect(declaredVersion("")).not.toMatch(/\d/);
});
