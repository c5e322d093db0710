import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runBsweep } from "../support/bsweep-process.ts";
import { makeTestFolder } from "../support/folder.ts";
import { makeLocalStudy } from "../support/local-study.ts";

test("what cannot be written to stdout is an error with a sentence, and a status", async () => {
  const { layout, studyFile } = await makeLocalStudy(["good"]);
  const argv = [`--workspace=${layout.workspace}`, studyFile];
  const full = await runBsweep(["plan", ...argv], { shellSetup: "exec > /dev/full" });
  expect(full.exitStatus).toBe(5);
  expect(full.stderr).toContain("[WORKSPACE] cannot write to the standard output: ENOSPC");
  expect(full.stderr).not.toMatch(/\n +at /);
  // Messages that cannot be written cost nothing.
  const mute = await runBsweep(["status", ...argv], { shellSetup: "exec 2> /dev/full" });
  expect(mute).toMatchObject({ exitStatus: 0 });
  expect(mute.stdout).toContain("1 not submitted");
});

test.each([
  ["status", 5],
  ["report", 5],
  ["best", 5],
  ["collect", 5],
  ["local", 5],
  ["logs 1", 5],
  ["retry", 3],
])("%s names a workspace that is none, and makes none", async (command, status) => {
  const { studyFile } = await makeLocalStudy(["good"]);
  const workspace = join(makeTestFolder(), "mistyped");
  const [name = "", ...words] = command.split(" ");
  const end = await runBsweep([name, studyFile, ...words, `--workspace=${workspace}`]);
  expect(end.exitStatus).toBe(status);
  expect(end.stderr).toMatch(/mistyped/);
  expect(existsSync(workspace)).toBe(false);
});

test("a round's folder with nothing in it is no round, and in nobody's way", async () => {
  const { layout, studyFile } = await makeLocalStudy(["good"]);
  mkdirSync(layout.round("s", 2));
  const argv = [studyFile, `--workspace=${layout.workspace}`];
  const end = await runBsweep(["local", ...argv]);
  expect([end.exitStatus, end.stderr]).toEqual([0, expect.not.stringContaining("bug")]);
  expect(readdirSync(layout.round("s", 2))).toEqual([]);
  // Nothing is new: nothing is written, not even for a moment.
  const again = await runBsweep(["generate", ...argv], { shellSetup: "trap '' XFSZ; ulimit -f 0" });
  expect(again).toMatchObject({ exitStatus: 0 });
});
