import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { findClosed } from "../../../../src/trainer/runtime/access.ts";
import { makeTestFolder } from "../../../support/folder.ts";

function writeFile(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "");
  return file;
}

function lay(modes: Readonly<Record<string, number>>) {
  const folder = makeTestFolder();
  chmodSync(folder, 0o755);
  const program = writeFile(join(folder, "opt/bsweep/package.json"));
  const library = writeFile(join(folder, "home/cache/libtensorflow_cc.so.2"));
  const link = join(folder, "opt/bsweep/libtensorflow.so");
  symlinkSync(library, link);
  for (const [path, mode] of Object.entries(modes)) chmodSync(join(folder, path), mode);
  return { folder, program, library, link };
}

test.each([
  ["everyone may read", {}],
  ["bsweep itself is for its owner alone", { "opt/bsweep": 0o700, home: 0o700 }],
  ["bsweep and the cache are a group's", { "opt/bsweep": 0o750, home: 0o710 }],
])("nothing to say where %s", (_, modes) => {
  const { program, link } = lay(modes);
  expect(findClosed([link], program)).toBeUndefined();
});

test("a library in its owner's closed home names the folder that closes it, and a copy that does not", () => {
  const { folder, program, library, link } = lay({ home: 0o700 });
  expect(findClosed([link], program)).toEqual({
    found: `${library} is closed to other users: ${join(folder, "home")} is of mode 700`,
    remedy: `as the one who installed it: cp -r ${dirname(library)} ${join(folder, "opt/bsweep-tensorflow")} && bsweep runtime install --from ${join(folder, "opt/bsweep-tensorflow")}`,
  });
});

test.each([
  ["a folder", { "home/cache": 0o750 }, "home/cache is of mode 750"],
  [
    "the file",
    { "home/cache/libtensorflow_cc.so.2": 0o640 },
    "libtensorflow_cc.so.2 is of mode 640",
  ],
])("%s of a group where everyone may run bsweep", (_, modes, expected) => {
  const { program, link } = lay(modes);
  const found = findClosed([link], program)?.found;
  expect(found).toContain("is closed to users of other groups");
  expect(found).toContain(expected);
});

test("npm would remove a copy inside node_modules: it lies beside", () => {
  const { folder, link } = lay({ home: 0o700 });
  const program = writeFile(join(folder, "opt/node_modules/bsweep/package.json"));
  expect(findClosed([link], program)?.remedy).toContain(
    ` ${join(folder, "opt/bsweep-tensorflow")} `,
  );
});

test("what lies in bsweep's own folder is opened there", () => {
  const { folder, program } = lay({});
  const binding = writeFile(join(folder, "opt/bsweep/lib/tfjs_binding.node"));
  chmodSync(dirname(binding), 0o700);
  expect(findClosed([binding], program)?.remedy).toBe(
    `as the one who installed it: chmod -R a+rX ${dirname(binding)}`,
  );
});
