import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtProgram, packageRoot, packageVersion } from "../../src/workspace/package.ts";
import { makeTestFolder } from "../support/folder.ts";
import { runProcess } from "../support/programs.ts";

test.each(["job-program.js", "run.js"])("Node takes the code of %s that is there", async (name) => {
  const loader = join(packageRoot(), "scripts/load-program.mjs");
  const script = `
    const { loadProgram } = await import(${JSON.stringify(loader)});
    const program = loadProgram(${JSON.stringify(builtProgram(name))}, process.getBuiltinModule);
    console.log(program.script.cachedDataRejected);`;
  const { stdout } = await runProcess(process.execPath, ["--input-type=module", "-e", script]);
  expect(stdout.trim()).toBe("false");
});

test.each([
  ["is of another program", (folder: string) => join(folder, "job-program.js")],
  ["is empty", () => undefined],
])("code that %s is no obstacle", async (_, other) => {
  const folder = makeTestFolder();
  for (const name of ["dist", "package.json"])
    cpSync(join(packageRoot(), name), join(folder, name), { recursive: true });
  const dist = join(folder, "dist");
  const codes = readdirSync(dist).filter((name) => name.endsWith(".code"));
  expect(codes).toHaveLength(2);
  for (const name of codes) {
    const from = other(dist);
    if (from === undefined) writeFileSync(join(dist, name), "");
    else cpSync(from, join(dist, name));
  }
  const { stdout } = await runProcess(process.execPath, [join(dist, "main.js"), "--version"]);
  expect(stdout.trim()).toBe(packageVersion());
});
