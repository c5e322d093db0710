import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryBeside, writeFileAtomic } from "../../../src/workspace/atomic.ts";
import { listTree, makeTestFolder } from "../../support/folder.ts";

test("a file appears whole, its folder is made, and nothing stays beside it", () => {
  const folder = makeTestFolder();
  const path = join(folder, "a", "b", "file.json");
  writeFileAtomic(path, "é\n");
  writeFileAtomic(join(folder, "bytes"), Uint8Array.of(0, 255));
  expect(readFileSync(path, "utf8")).toBe("é\n");
  expect([...readFileSync(join(folder, "bytes"))]).toEqual([0, 255]);
  expect(listTree(folder)).toEqual(["a", "a/b", "a/b/file.json", "bytes"]);
});

test("another one takes its place: whoever reads the first one goes on with it", () => {
  const path = join(makeTestFolder(), "file");
  writeFileAtomic(path, "first");
  const { ino } = statSync(path);
  writeFileAtomic(path, "second");
  expect(readFileSync(path, "utf8")).toBe("second");
  expect(statSync(path).ino).not.toBe(ino);
});

test("where it cannot be put, the reason is told and nothing half-done stays", () => {
  const folder = makeTestFolder();
  mkdirSync(join(folder, "taken", "by"), { recursive: true });
  expect(() => writeFileAtomic(join(folder, "taken"), "x")).toThrow(
    expect.objectContaining({
      ...{
        code: "WORKSPACE",
        message: expect.stringMatching(
          /^cannot write .*taken: .*(?:EISDIR|EEXIST|ENOTEMPTY)/,
        ) as string,
      },
    }),
  );
  writeFileSync(join(folder, "file"), "");
  expect(() => writeFileAtomic(join(folder, "file", "below"), "x")).toThrow(/ENOTDIR|EEXIST/);
  expect(listTree(folder)).toEqual(["file", "taken", "taken/by"]);
});

test("temporary names are hidden, beside the file, and never the same", () => {
  const names = Array.from({ length: 100 }, () => temporaryBeside("/a/result.json"));
  expect(new Set(names).size).toBe(100);
  for (const name of names)
    expect(name).toMatch(/^\/a\/\.result\.json\.[0-9a-z-]+\.[0-9a-f]{12}\.tmp$/);
});
