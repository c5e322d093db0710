import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findComplaint, readLogEnd } from "../../../../src/app/cluster/log-end.ts";
import { makeTestFolder } from "../../../support/folder.ts";

test.each<[string[], string | null]>([
  [
    ["== job 7", "error [RUNTIME_MISSING] no library", "hint: bsweep runtime install"],
    "[RUNTIME_MISSING] no library",
  ],
  [["error [INVALID_STUDY] bad", "  a.yaml:3: x: found 1", ""], "[INVALID_STUDY] bad"],
  [
    ["error: the workspace cannot be entered on n1: is it mounted?"],
    "the workspace cannot be entered on n1: is it mounted?",
  ],
  [["bug ENOENT", "This is a bug in bsweep. Run again with --debug."], "bug ENOENT"],
  [
    ["/jobs/7.2: line 52: /nowhere/bsweep: No such file or directory"],
    "/jobs/7.2: line 52: /nowhere/bsweep: No such file or directory",
  ],
  // The runner tells of a trial behind what its trainer printed.
  [["error: loss is high", "trial 3: failed, error: it ended with status 1"], null],
  [["epoch 3: loss 0.2"], null],
  [[], null],
])("why an element ended itself, by its log: %j", (lines, complaint) => {
  expect(findComplaint(lines)).toBe(complaint);
});

test("the end of a log, without colours, however long it is; nothing of one that is not there", async () => {
  const path = join(makeTestFolder(), "1.log");
  expect(await readLogEnd(path)).toEqual([]);
  writeFileSync(path, `${"x".repeat(100_000)}\nlast but one\r\n\u001b[31merror\u001b[39m end\n`);
  const lines = await readLogEnd(path);
  expect(lines.slice(-2)).toEqual(["last but one", "error end"]);
  expect(lines.join("").length).toBeLessThan(9000);
});
