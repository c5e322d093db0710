import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

/** A folder of the running test's own, removed when it ends. */
export function makeTestFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bsweep-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Everything below `folder`, hidden files too, sorted. */
export function listTree(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort();
}

/** A folder that the tests of a suite share, removed after the last. Call it in a `describe`. */
export function makeSuiteFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bsweep-suite-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
