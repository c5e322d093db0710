import { spawnSync } from "node:child_process";
import { expect } from "vitest";

/** Both take a `$` or a `\\` in single quotes for a slip; here it is a path that holds them. */
const EXCLUDED = "--exclude=SC2016,SC1003";

/** bash reads the script to its end. */
export function expectParsed(script: string): void {
  expectNothingFrom("bash", ["-n"], script);
}

/** shellcheck has nothing to say. For tests that run where it is: `test.runIf(requireHere(["shellcheck"]))`. */
export function expectGoodShell(script: string): void {
  expectNothingFrom("shellcheck", ["--shell=bash", EXCLUDED, "-"], script);
}

function expectNothingFrom(program: string, args: readonly string[], input: string): void {
  const { error, status, stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
  expect({ error, status, stdout, stderr }).toEqual({
    ...{ error: undefined, status: 0, stdout: "", stderr: "" },
  });
}
