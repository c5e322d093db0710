import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";

const EXPECTED = join(import.meta.dirname, "..", "golden", "expected");
const LEFT_OVER = "goldens that no test asks for, to be deleted";

/** A folder of `test/golden/expected` holds these texts by file name, and no file more. `-u` writes them. */
export async function expectGoldens(
  folder: string,
  texts: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [name, text] of texts) {
    await expect(text).toMatchFileSnapshot(join(EXPECTED, folder, name));
  }
  // The first run with -u makes the folder, after its tests.
  const present = existsSync(join(EXPECTED, folder)) ? readdirSync(join(EXPECTED, folder)) : [];
  expect(
    present.filter((name) => !texts.has(name)),
    LEFT_OVER,
  ).toEqual([]);
}

/** Of the folders of goldens, whose names match `pattern` where they are one test's own, none is but these. */
export function expectGoldenFolders(pattern: RegExp, folders: readonly string[]): void {
  const present = readdirSync(EXPECTED).filter((name) => pattern.test(name));
  expect(
    present.filter((name) => !folders.includes(name)),
    LEFT_OVER,
  ).toEqual([]);
}
