import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/workspace/package.ts";
import { makeTestFolder } from "../support/folder.ts";
import { runProcess } from "../support/programs.ts";

/** Above the largest process id of Linux. */
const NO_PROCESS = 4_194_305;

/** A checkout with nothing but the scripts and a package.json: `npm ci` fails for want of a lock file. */
function makeCheckout(node: string): string {
  const root = makeTestFolder();
  mkdirSync(join(root, "scripts"));
  for (const file of ["scripts/set-up.mjs", "scripts/lock.mjs"]) {
    copyFileSync(join(packageRoot(), file), join(root, file));
  }
  writeFileSync(join(root, "package.json"), JSON.stringify({ engines: { node } }));
  return root;
}

const setUp = (root: string) => runProcess(process.execPath, [join(root, "scripts/set-up.mjs")]);

test("a Node that is too old is refused at once", async () => {
  const { stderr, exitStatus } = await setUp(makeCheckout(">=99.1"));
  expect(exitStatus).toBe(1);
  expect(stderr).toContain(`this is Node ${process.versions.node}, bsweep needs >=99.1`);
});

test("a failing step says which one it is, what was printed and what to do; a dead owner's lock is no obstacle", async () => {
  const root = makeCheckout(">=20.19");
  const lock = join(root, ".set-up.lock");
  writeFileSync(lock, JSON.stringify({ host: hostname(), pid: NO_PROCESS }));
  const { stderr, exitStatus } = await setUp(root);
  expect(exitStatus).toBe(1);
  expect(stderr).toMatch(/set-up 1\/4 packages failed[^]*\| npm error[^]*hint: /);
  expect(existsSync(lock)).toBe(false);
});
