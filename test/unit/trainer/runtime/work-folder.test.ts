import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { replaceFolder, withWorkFolder } from "../../../../src/trainer/runtime/work-folder.ts";
import { makeTestFolder } from "../../../support/folder.ts";

/** Above the largest process id of Linux. */
const NO_PROCESS = 4_194_305;

function leaveBehind(parent: string, host: string, processId: number): string {
  const folder = join(parent, `.bsweep-work-${host}-${processId}-0123456789ab`);
  mkdirSync(join(folder, "half"), { recursive: true });
  return folder;
}

test("a work folder is gone after its use, also after a failure", async () => {
  const parent = makeTestFolder();
  await withWorkFolder(parent, (folder) => {
    writeFileSync(join(folder, "file"), "");
    return Promise.resolve();
  });
  await expect(withWorkFolder(parent, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(readdirSync(parent)).toEqual([]);
});

test("what a dead process left is removed; what may still be at work is not", async () => {
  const parent = makeTestFolder();
  const dead = leaveBehind(parent, hostname(), NO_PROCESS);
  const alive = leaveBehind(parent, hostname(), process.pid);
  const elsewhere = leaveBehind(parent, "another-host-1", NO_PROCESS);
  const old = leaveBehind(parent, "another-host-2", NO_PROCESS);
  utimesSync(old, 1, 1);
  await withWorkFolder(parent, () => Promise.resolve());
  expect([dead, alive, elsewhere, old].map((folder) => existsSync(folder))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test("a place that cannot be written is an error that says so", async () => {
  const file = join(makeTestFolder(), "file");
  writeFileSync(file, "");
  await expect(withWorkFolder(file, () => Promise.resolve())).rejects.toThrow(
    `cannot write in ${file}`,
  );
});

test.each([[true], [false]])("a folder takes the place of another (there before: %s)", (before) => {
  const parent = makeTestFolder();
  const [from, to, work] = ["from", "to", "work"].map((name) => join(parent, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of before ? [from, to, work] : [from, work]) mkdirSync(folder);
  writeFileSync(join(from, "file"), "new");
  if (before) writeFileSync(join(to, "file"), "old");
  replaceFolder(from, to, work);
  expect(readFileSync(join(to, "file"), "utf8")).toBe("new");
  expect(existsSync(from)).toBe(false);
});
