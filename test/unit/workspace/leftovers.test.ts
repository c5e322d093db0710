import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { replaceFolder, temporaryBeside, withFolderBeside } from "../../../src/workspace/atomic.ts";
import { clearLeftovers } from "../../../src/workspace/leftovers.ts";
import { hasMakerEnded, makerMark, startOf } from "../../../src/workspace/maker.ts";
import { listTree, makeTestFolder } from "../../support/folder.ts";
import { deadMark, temporaryOfDead } from "../../support/killed.ts";

function makeFolder(path: string, content: string): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "file"), content);
}

test("a process is told from another one of its number, and from one elsewhere", () => {
  const [pid = "", start = "", where = ""] = makerMark().split("-");
  expect(startOf(process.pid)).toBeGreaterThan(0);
  expect(hasMakerEnded(makerMark())).toBe(false);
  expect(hasMakerEnded(deadMark())).toBe(true);
  expect(hasMakerEnded([pid, `${start}1`, where].join("-"))).toBe(true);
  expect(hasMakerEnded([pid, start, "zzzzzz"].join("-"))).toBeUndefined();
  // Somebody else's, whom no signal of ours reaches.
  expect(hasMakerEnded(["1", startOf(1).toString(36), where].join("-"))).toBe(false);
});

test("what killed commands were making goes; what is being made, or may be, stays", () => {
  const folder = makeTestFolder();
  const at = join(folder, "round-001");
  const [dead, living] = [temporaryOfDead(at), temporaryBeside(at)];
  const elsewhere = temporaryBeside(at).replace(makerMark(), "1-1-000000");
  for (const path of [dead, living, elsewhere]) makeFolder(path, "");
  writeFileSync(join(folder, ".notes.tmp"), "");
  expect(clearLeftovers(folder)).toEqual([`removed what killed commands had left in ${folder}: 1`]);
  const kept = [basename(living), basename(elsewhere), ".notes.tmp"];
  expect(listTree(folder).filter((name) => !name.includes("/"))).toEqual(kept.sort());
  expect(clearLeftovers(folder)).toEqual([]);
  expect(clearLeftovers(join(folder, "none"))).toEqual([]);
});

test("what may be of another machine is told after a day, in a line for all folders", () => {
  const folder = makeTestFolder();
  const inside = ["a", "b"].map((name) => join(folder, name));
  const foreign = inside.map((each) => {
    const path = temporaryBeside(join(each, "x")).replace(makerMark(), "1-1-000000");
    makeFolder(path, "");
    return path;
  });
  expect(clearLeftovers(folder, inside)).toEqual([]);
  vi.setSystemTime(Date.now() + 25 * 3_600_000);
  onTestFinished(() => void vi.useRealTimers());
  expect(clearLeftovers(folder, inside)).toEqual([
    `${foreign[0]}, one of 2 in ${folder}, is of a command on another machine; if none is at work there, remove it`,
  ]);
  expect(foreign.every((path) => existsSync(path))).toBe(true);
});

test("killed between two renames: the new one stands when it is there, else the old one", () => {
  const folder = makeTestFolder();
  const [both, alone] = [join(folder, "both"), join(folder, "alone")];
  const fresh = temporaryOfDead(both);
  makeFolder(fresh, "new");
  makeFolder(fresh.replace(/tmp$/, "old"), "old");
  makeFolder(temporaryOfDead(alone).replace(/tmp$/, "old"), "old");
  const lines = clearLeftovers(folder);
  expect(lines).toHaveLength(2);
  expect(lines.join()).toContain(`${both} stands again, the new one`);
  expect(readFileSync(join(both, "file"), "utf8")).toBe("new");
  expect(readFileSync(join(alone, "file"), "utf8")).toBe("old");
  expect(listTree(folder)).toEqual(["alone", "alone/file", "both", "both/file"]);
});

test("killed after both: the old one goes", () => {
  const folder = makeTestFolder();
  makeFolder(join(folder, "x"), "new");
  makeFolder(temporaryOfDead(join(folder, "x")).replace(/tmp$/, "old"), "old");
  clearLeftovers(folder);
  expect(listTree(folder)).toEqual(["x", "x/file"]);
  expect(readFileSync(join(folder, "x", "file"), "utf8")).toBe("new");
});

test("a folder takes another's place, and whoever makes one beside it clears up first", async () => {
  const folder = makeTestFolder();
  const target = join(folder, "x");
  makeFolder(target, "old");
  makeFolder(join(folder, ".x"), "new");
  replaceFolder(join(folder, ".x"), target);
  expect(listTree(folder)).toEqual(["x", "x/file"]);
  makeFolder(temporaryOfDead(join(folder, "y")), "");
  await withFolderBeside(target, (beside, publish) => {
    makeFolder(beside, "newer");
    publish();
    return Promise.resolve();
  });
  expect(listTree(folder)).toEqual(["x", "x/file"]);
  expect(readFileSync(join(target, "file"), "utf8")).toBe("newer");
});
