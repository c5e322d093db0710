import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readText } from "../../../src/rounds/result-text.ts";
import { findResult, readResult, RETRY_PAUSES_MS } from "../../../src/rounds/results.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { makeResult, makeTrial, writeResult } from "../../support/results.ts";

/** A result's file. */
function leave(): { folder: string; path: string } {
  const workspace = makeTestFolder();
  const round = { workspace, study: "s", round: 1, arraySize: 1, trials: [] };
  const path = writeResult(round, 1, makeResult(makeTrial(1, { x: 1 }), 1, 4000));
  return { folder: dirname(path), path };
}

const fileAt = (path: string) => ({ isPacked: false, read: () => readText(path) });

describe("a result that is looked for", () => {
  test("and comes late, is found all the same", async () => {
    const { path } = leave();
    const text = readFileSync(path);
    truncateSync(path, 100);
    const found = findResult(fileAt(path));
    setTimeout(() => writeFileSync(path, text), (RETRY_PAUSES_MS[0] ?? 0) / 2);
    expect(await found).toMatchObject({ number: 1, state: "complete" });
  });

  test("and stays torn, or away, is none", async () => {
    const { folder, path } = leave();
    truncateSync(path, 100);
    const [torn, away] = await Promise.all([
      findResult(fileAt(path)),
      findResult(fileAt(join(folder, "away"))),
    ]);
    expect([torn, away]).toEqual([undefined, undefined]);
  });
});

describe("what is no plain file of some KiB is refused, and neither followed nor waited for", () => {
  test("a link to a result", async () => {
    const { folder, path } = leave();
    symlinkSync(path, join(folder, "link"));
    await expect(readResult(fileAt(join(folder, "link")))).rejects.toThrow(
      /cannot be read: .*ELOOP/,
    );
  });

  test("a pipe, a folder, a sparse file", async () => {
    const { folder, path } = leave();
    execFileSync("mkfifo", [join(folder, "pipe")]);
    await expect(readResult(fileAt(join(folder, "pipe")))).rejects.toMatchObject({
      code: "INVALID_RESULT",
    });
    await expect(readResult(fileAt(folder))).rejects.toThrow("EISDIR");
    truncateSync(path, 17 * 1024 * 1024);
    await expect(readResult(fileAt(path))).rejects.toThrow("found more than 16777216 bytes");
  });
});
