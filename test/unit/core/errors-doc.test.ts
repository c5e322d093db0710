import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT_STATUS } from "../../../src/core/errors.ts";
import { packageRoot } from "../../../src/workspace/package.ts";

test("docs/errors.md has every code with its exit status, and says when and what to do", () => {
  const text = readFileSync(join(packageRoot(), "docs", "errors.md"), "utf8");
  const rows = [...text.matchAll(/^\| `([A-Z_]+)`\s*\| (\d)\s*\| (.+?)\s*\| (.+?)\s*\|$/gm)];
  expect(rows.map(([, code, status]) => [code, Number(status)])).toEqual(
    Object.entries(EXIT_STATUS),
  );
});
