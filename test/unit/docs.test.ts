import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { commands } from "../../src/cli/commands/index.ts";
import { packageRoot } from "../../src/workspace/package.ts";

const FOLDERS = [".", "docs", "docs/adr", "docker", "templates", "jobs", "results"];

const pages = FOLDERS.flatMap((folder) =>
  readdirSync(join(packageRoot(), folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
).map((name) => [name, readFileSync(join(packageRoot(), name), "utf8")] as const);

test.each(pages)("%s links to files that exist", (name, text) => {
  const targets = [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, target]) => target ?? "");
  const missing = targets
    .filter((target) => !target.startsWith("https://"))
    .filter((target) => !existsSync(join(packageRoot(), dirname(name), target)));
  expect(missing).toEqual([]);
});

test.each(pages)("%s names commands that exist", (_, text) => {
  const names = commands.map(({ command }) => String(command).split(" ", 1)[0]);
  // In code: between backquotes, at the start of a line, or after a prompt.
  const named = [...text.matchAll(/(?:`|^|^\$ )bsweep ([a-z]+)/gm)].map(([, word]) => word);
  expect(named.filter((word) => !names.includes(word))).toEqual([]);
});
