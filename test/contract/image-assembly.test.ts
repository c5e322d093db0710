import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot, packageVersion } from "../../src/workspace/package.ts";
import { listTree, makeSuiteFolder, makeTestFolder } from "../support/folder.ts";
import { runProcess } from "../support/programs.ts";

const script = (name: string): string => join(packageRoot(), "docker", "trainer", name);
const node = (args: readonly string[], options = {}) => runProcess(process.execPath, args, options);

describe("what goes into the image", async () => {
  const target = makeSuiteFolder();
  const inside = join(target, "opt", "bsweep");
  const assembled = await node([script("assemble.mjs"), packageRoot(), target]);

  test("runs: TensorFlow computes and the database opens", async () => {
    expect(assembled).toMatchObject({ succeeded: true, stdout: "", stderr: "" });
    const status = await node([join(inside, "dist/main.js"), "runtime", "status", "--json"]);
    expect(JSON.parse(status.stdout)).toMatchObject({
      works: true,
      binding: expect.stringMatching(`^${inside}/`) as string,
    });
    const open = 'new (require("better-sqlite3"))(":memory:").exec("SELECT 1")';
    expect(await node(["-e", open], { cwd: inside })).toMatchObject({ succeeded: true });
    expect(readlinkSync(join(target, "usr/local/bin/bsweep"))).toBe("/opt/bsweep/dist/main.js");
  });

  test("is small: no maps, no sources, no packages that are inside the bundle", () => {
    const files = listTree(inside);
    const modules = files.filter((file) => file.startsWith("node_modules/"));
    expect(files.filter((file) => file.endsWith(".map"))).toEqual([]);
    expect(modules.filter((file) => /\.(?:ts|cc|c|h|gyp)$/.test(file))).toEqual([]);
    const packages = readdirSync(join(inside, "node_modules"));
    const bundled = ["yargs-parser", "zod", "yaml", "execa", "typescript", "vitest", "core-js"];
    expect(packages.filter((name) => bundled.includes(name))).toEqual([]);
    expect(modules.filter((file) => /better-sqlite3\/(?:deps|src)/.test(file))).toEqual([]);
  });

  test("keeps every package's licence", () => {
    const modules = listTree(inside).filter((file) => file.startsWith("node_modules/"));
    const folders = modules.flatMap((file) => /^(.*)\/package\.json$/.exec(file)?.[1] ?? []);
    const own = folders.filter((folder) => /node_modules\/(?:@[^/]+\/)?[^/]+$/.test(folder));
    const hasLicence = (folder: string): boolean =>
      readdirSync(folder).some((name) => /^licen[cs]e/i.test(name));
    const lost = own.filter(
      (folder) => hasLicence(join(packageRoot(), folder)) && !hasLicence(join(inside, folder)),
    );
    expect(own.length).toBeGreaterThan(10);
    expect(lost).toEqual([]);
  });

  test("a label that says something else than the image holds ends the build", async () => {
    const labels = {
      VERSION: "9.9.9",
      TENSORFLOW: "2.21.0",
      DEVICE: "cpu",
      REVISION: "r",
      CREATED: "c",
    };
    const wrong = await node([script("provenance.mjs"), target], { env: labels });
    expect(wrong).toMatchObject({
      exitStatus: 1,
      stderr: expect.stringContaining("9.9.9") as string,
    });
    expect(existsSync(join(inside, "image.json"))).toBe(false);
    const right = await node([script("provenance.mjs"), target], {
      env: { ...labels, VERSION: packageVersion() },
    });
    expect(right).toMatchObject({ exitStatus: 0, stderr: "" });
    expect(JSON.parse(readFileSync(join(inside, "image.json"), "utf8"))).toMatchObject({
      bsweep: packageVersion(),
      revision: "r",
      library: expect.stringMatching(/^tensorflow-2\./) as string,
    });
  });
});

test("the Dockerfile's own labels are this version's", () => {
  const dockerfile = readFileSync(script("Dockerfile"), "utf8");
  const versions = [...dockerfile.matchAll(/^ARG VERSION=(.*)$/gm)].map(([, version]) => version);
  expect(versions).toEqual([packageVersion(), packageVersion()]);
});

test("assembling nothing is a wrong call", async () => {
  expect(await node([script("assemble.mjs")], { cwd: makeTestFolder() })).toMatchObject({
    exitStatus: 2,
  });
});
