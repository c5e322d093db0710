import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { proveRuntime } from "../../src/trainer/runtime/proof.ts";
import { TENSORFLOW_WHEELS } from "../../src/trainer/runtime/pinned-wheels.ts";
import { unpackWheel } from "../../src/trainer/runtime/sources.ts";
import { builtProgram, packageRoot } from "../../src/workspace/package.ts";
import { listTree, makeTestFolder } from "../support/folder.ts";
import { runProcess } from "../support/programs.ts";
import { WHEEL_FILES, writeFiles, writeWheel } from "../support/tensorflow.ts";

const WHEEL = "tensorflow_cpu-9.9.9-py3-none-any.whl";

const bsweep = (...args: string[]) =>
  runProcess(process.execPath, [builtProgram("main.js"), ...args]);

test("TensorFlow multiplies matrices in a process of its own", async () => {
  expect(await proveRuntime()).toEqual({
    works: true,
    tensorflow: expect.stringMatching(/^2\.\d+\.\d+/) as string,
    build: "cpu",
    gpus: { devices: [], reason: null },
  });
});

test("runtime status --json tells what is there", async () => {
  const { stdout, exitStatus } = await bsweep("runtime", "status", "--json");
  expect(exitStatus).toBe(0);
  const status = JSON.parse(stdout) as Record<string, unknown>;
  expect(status).toMatchObject({ works: true, reason: null, node: process.versions.node });
  for (const path of ["library", "binding"]) expect(existsSync(String(status[path]))).toBe(true);
});

test("runtime install does nothing where TensorFlow works", async () => {
  const { stdout, stderr, exitStatus } = await bsweep("runtime", "install");
  expect({ stdout, stderr, exitStatus }).toMatchObject({
    stdout: expect.stringContaining("works already") as string,
    stderr: "",
    exitStatus: 0,
  });
});

test("--from a folder that lacks a library names it", async () => {
  const folder = makeTestFolder();
  writeFiles(folder, ["libtensorflow_cc.so.2", "include/tensorflow/c/c_api.h"]);
  const { stderr, exitStatus } = await bsweep("runtime", "install", "--from", folder);
  expect(exitStatus).toBe(2);
  expect(stderr).toContain(`${folder} is no TensorFlow: missing libtensorflow_framework.so.2`);
});

test("--from a build for CPUs is not what --gpu asks for; nothing is changed", async () => {
  const folder = makeTestFolder();
  writeFiles(folder, WHEEL_FILES);
  const before = await bsweep("runtime", "status", "--json");
  const { stderr, exitStatus } = await bsweep("runtime", "install", "--gpu", "--from", folder);
  expect(exitStatus).toBe(2);
  expect(stderr).toMatch(/found .*libtensorflow_cc\.so\.2, built for CPUs, expected one for GPUs/);
  expect((await bsweep("runtime", "status", "--json")).stdout).toBe(before.stdout);
});

test("a wheel is unpacked once, and only what the binding needs of it", async () => {
  const folder = makeTestFolder();
  const cache = join(folder, "cache");
  const wheel = writeWheel(join(folder, WHEEL));
  const found = await unpackWheel(wheel, cache);
  expect(await unpackWheel(wheel, cache)).toEqual(found);
  expect(readdirSync(cache)).toEqual([expect.stringMatching(/^tensorflow-9\.9\.9-[0-9a-f]{12}$/)]);
  expect(listTree(cache).filter((path) => /\.(so\.2|h|py)$/.test(path))).toHaveLength(3);
});

test("two processes may unpack the same wheel at once", async () => {
  const folder = makeTestFolder();
  const cache = join(folder, "cache");
  const wheel = writeWheel(join(folder, WHEEL), WHEEL_FILES, 20);
  const [one, other] = await Promise.all([unpackWheel(wheel, cache), unpackWheel(wheel, cache)]);
  expect(one).toEqual(other);
  expect(readdirSync(cache)).toHaveLength(1);
});

test("a damaged download is refused and nothing of it is left", async () => {
  const folder = makeTestFolder();
  const cache = join(folder, "cache");
  const wheel = writeWheel(join(folder, TENSORFLOW_WHEELS.cpu.file));
  await expect(unpackWheel(wheel, cache)).rejects.toThrow(/damaged: found sha256/);
  expect(existsSync(cache)).toBe(false);
});

test("a file that is no wheel is an error with Python's words, and nothing of it is left", async () => {
  const folder = makeTestFolder();
  const cache = join(folder, "cache");
  writeFileSync(join(folder, WHEEL), "no zip");
  await expect(unpackWheel(join(folder, WHEEL), cache)).rejects.toThrow(/not a zip file/);
  expect(readdirSync(cache)).toEqual([]);
});

/** A python3 that unpacks the first file of a wheel and then takes for ever. */
const SLOW_PYTHON = `#!/bin/sh
mkdir "$4/tensorflow" && : > "$4/tensorflow/libtensorflow_cc.so.2" && exec sleep 600
`;

test("killed while unpacking, the next run succeeds and clears up", async () => {
  const folder = makeTestFolder();
  const cache = join(folder, "cache");
  const wheel = writeWheel(join(folder, WHEEL));
  writeFileSync(join(folder, "python3"), SLOW_PYTHON, { mode: 0o755 });
  const module = join(packageRoot(), "src/trainer/runtime/sources.ts");
  const script = `const { unpackWheel } = await import(process.argv[1]); await unpackWheel(...process.argv.slice(2));`;
  const args = ["--import", "tsx", "--input-type=module", "-e", script, module, wheel, cache];
  const env = { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}` };
  const child = spawn(process.execPath, args, { detached: true, stdio: "ignore", env });
  while (!existsSync(cache) || !listTree(cache).some((path) => path.endsWith("_cc.so.2"))) {
    await sleep(20);
  }
  // The whole group, as a scheduler or a power cut would: Python goes too.
  process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
  await once(child, "exit");
  expect(readdirSync(cache)).toEqual([expect.stringMatching(/^\.bsweep-work-/)]);

  await unpackWheel(wheel, cache);
  expect(readdirSync(cache)).toEqual([expect.stringMatching(/^tensorflow-9\.9\.9-/)]);
});
