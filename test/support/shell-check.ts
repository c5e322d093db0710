import { spawnSync } from "node:child_process";
import { expect } from "vitest";

/** Both take a `$` or a `\\` in single quotes for a slip; here it is a path that holds them. */
const EXCLUDED = "--exclude=SC2016,SC1003";

/**
 * Runs `bash -n` and shellcheck over a script. Where shellcheck is not installed the check is left out
 * with a message; in continuous integration that is a failure.
 */
export function expectGoodShell(script: string): void {
  const parsed = spawnSync("bash", ["-n"], { input: script, encoding: "utf8" });
  expect(parsed.stderr).toBe("");
  expect(parsed.status).toBe(0);
  const checked = spawnSync("shellcheck", ["--shell=bash", EXCLUDED, "-"], {
    input: script,
    encoding: "utf8",
  });
  if (checked.error !== undefined) {
    const message = "shellcheck is not installed: apt-get install shellcheck";
    if (process.env["CI"] !== undefined) throw new Error(message);
    console.warn(`left out: ${message}`);
    return;
  }
  expect(checked.stdout).toBe("");
  expect(checked.status).toBe(0);
}
