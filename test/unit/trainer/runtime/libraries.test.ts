import { readlinkSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findLibraries, linkLibraries } from "../../../../src/trainer/runtime/libraries.ts";
import { makeTestFolder } from "../../../support/folder.ts";
import { WHEEL_FILES, writeFiles } from "../../../support/tensorflow.ts";

const HEADER = "include/tensorflow/c/c_api.h";

test.each([
  ["side by side", ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2", HEADER], "."],
  ["official", ["lib/libtensorflow.so.2", "lib/libtensorflow_framework.so.2", HEADER], "."],
  ["its lib/", ["lib/libtensorflow.so.2", "lib/libtensorflow_framework.so.2", HEADER], "lib"],
  ["Python package", WHEEL_FILES, "."],
])("libraries are found: %s", (_, files, below) => {
  const folder = makeTestFolder();
  writeFiles(folder, files);
  const found = findLibraries(join(folder, below));
  expect(files.map((file) => join(folder, file))).toEqual(
    expect.arrayContaining([found.main, found.framework]),
  );
});

test("everything missing is named at once", () => {
  const folder = makeTestFolder();
  writeFiles(folder, ["libtensorflow_cc.so.2"]);
  expect(() => findLibraries(folder)).toThrow(
    /missing libtensorflow_framework\.so\.2, include\/tensorflow\/c\/c_api\.h$/,
  );
});

test("deps holds each library under the linker's name and under its soname", () => {
  const folder = makeTestFolder();
  writeFiles(folder, ["lib/libtensorflow.so", "lib/libtensorflow_framework.so.2", HEADER]);
  const deps = join(folder, "deps");
  linkLibraries(findLibraries(folder), deps);
  const real = (name: string): string => realpathSync(join(deps, "lib", name));
  expect(real("libtensorflow.so")).toBe(realpathSync(join(folder, "lib/libtensorflow.so")));
  expect(real("libtensorflow.so.2")).toBe(real("libtensorflow.so"));
  expect(readlinkSync(join(deps, "lib/libtensorflow_framework.so"))).toBe(
    "libtensorflow_framework.so.2",
  );
});
