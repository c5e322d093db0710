import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/workspace/package.ts";
import { FENCES, findViolations, LAYERS } from "../support/architecture.ts";
import { makeTestFolder } from "../support/folder.ts";

const SOURCES = join(packageRoot(), "src");

test("imports run downward, without cycles, and packages stay in their folders", async () => {
  expect(await findViolations(packageRoot())).toEqual([]);
});

test("every folder of src has a layer", () => {
  const folders = readdirSync(SOURCES).filter((name) => name !== "main.ts");
  const layered: readonly string[] = LAYERS.flat();
  expect(folders.filter((name) => !layered.includes(name))).toEqual([]);
});

test("every package that ships has a fence", () => {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(packageRoot(), "package.json"), "utf8"),
  ) as Record<"dependencies" | "optionalDependencies", Record<string, string>>;
  const fences = Object.keys(FENCES).map((name) => new RegExp(`^${name}$`));
  const shipped = Object.keys({ ...dependencies, ...optionalDependencies });
  expect(shipped.filter((name) => !fences.some((fence) => fence.test(name)))).toEqual([]);
});

/** `createRequire` goes past every tool that follows imports, so who may use it stands here. */
test("only the trainer and the example digits make a require of their own", () => {
  const users = readdirSync(SOURCES, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".ts"))
    .filter((name) => readFileSync(join(SOURCES, name), "utf8").includes("createRequire"));
  expect(users.filter((name) => !name.startsWith("trainer/"))).toEqual(["app/example-digits.ts"]);
});

/** `test/support/programs.ts` sees to it that no exit status is thrown away. */
test("tests run programs by way of support/programs.ts, but those of processes themselves", () => {
  const folder = join(packageRoot(), "test");
  const raw = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".test.ts") && !name.startsWith("contract/process/"))
    .filter((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      return /import \{[^}]*\b(?:spawnSync|runProcess)\b[^}]*\} from "[^"]*(?:child_process|exec\.ts)"/.test(
        text,
      );
    });
  expect(raw).toEqual([]);
});

/** What stands on disk of a round has one reader and one writer. */
test("only rounds reads and writes a round's files", () => {
  const calls = /\b(?:parse|format)(?:RoundFile|ManifestLine|Result)\(/;
  const users = readdirSync(SOURCES, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".ts") && calls.test(readFileSync(join(SOURCES, name), "utf8")))
    .filter((name) => !name.startsWith("formats/"));
  expect([...new Set(users.map((name) => dirname(name)))]).toEqual(["rounds"]);
});

const NOTHING = "export {};";

/** What is found in a source tree of these files. */
async function inspect(files: Readonly<Record<string, string>>): Promise<string[]> {
  const root = makeTestFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, "src", name)), { recursive: true });
    writeFileSync(join(root, "src", name), text);
  }
  return findViolations(root);
}

test.each([
  ["upward or sideways", "core/a.ts", `import "../app/b.ts";`, "app/b.ts"],
  ["upward or sideways", "formats/a.ts", `import "../stats/b.ts";`, "stats/b.ts"],
  ["upward or sideways", "core/a.ts", `import type { B } from "../app/b.ts";`, "app/b.ts"],
  ["upward or sideways", "core/a.ts", `await import("../app/b.ts");`, "app/b.ts"],
  ["upward or sideways", "runner/a.ts", `export * from "../trainer/b.ts";`, "trainer/b.ts"],
  ["only the trainer's runtime", "cli/a.ts", `import "../trainer/b.ts";`, "trainer/b.ts"],
  ["main.ts starts the command line", "main.ts", `import "./app/b.ts";`, "app/b.ts"],
])("finds an import that is %s: %s with %s", async (rule, from, text, to) => {
  expect(await inspect({ [from]: text, [to]: NOTHING })).toEqual([
    `${rule}: src/${from} -> src/${to}`,
  ]);
});

test("finds a cycle, of types too", async () => {
  const files = {
    "core/a.ts": `import type { B } from "./b.ts"; export type A = B;`,
    "core/b.ts": `import type { A } from "./a.ts"; export type B = A;`,
  };
  expect(await inspect(files)).toContain("cycle: src/core/a.ts -> src/core/b.ts");
});

test.each([
  ["outside the fence of yargs", "yargs"],
  ["outside the fence of @tensorflow/[^/]+", "@tensorflow/tfjs-node/dist/io.js"],
  ["package without a fence", "left-pad"],
])("finds a package %s: %s", async (rule, name) => {
  expect(await inspect({ "app/a.ts": `import "${name}";` })).toEqual([
    `${rule}: src/app/a.ts -> ${name}`,
  ]);
});

test("allows what the table allows", async () => {
  const files = {
    "main.ts": `import "./cli/a.ts";`,
    "cli/a.ts": `import "node:fs"; import "yargs"; await import("../trainer/runtime/b.ts");`,
    "trainer/runtime/b.ts": `import "../../core/c.ts"; import "@tensorflow/tfjs-node";`,
    "core/c.ts": NOTHING,
  };
  expect(await inspect(files)).toEqual([]);
});
