import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { BsweepError, formatIssue } from "../../../src/core/errors.ts";
import { createTemplateEngine } from "../../../src/rendering/engine.ts";
import { makeTestFolder } from "../../support/folder.ts";

function writeTemplates(files: Readonly<Record<string, string>>): string {
  const folder = makeTestFolder();
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

function issueOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    expect(error.code).toBe("TEMPLATE");
    return [error.message, ...error.issues.map(formatIssue)].join("\n");
  }
  throw new Error("nothing was thrown");
}

test("the first folder wins, file by file, partials too", () => {
  const own = writeTemplates({ "partials/name.hbs": "own" });
  const brought = writeTemplates({ "a.hbs": "{{> name}} {{x}}", "partials/name.hbs": "brought" });
  const engine = createTemplateEngine([own, brought]);
  expect(engine.template("a.hbs")({ x: "<&>" })).toBe("own <&>");
  expect([...engine.sources()]).toEqual([
    [join(own, "partials/name.hbs"), "own"],
    [join(brought, "a.hbs"), "{{> name}} {{x}}"],
  ]);
});

test("functions: shell, memory, duration", () => {
  const folder = writeTemplates({
    "a.hbs": "{{shell text}} {{memory mib}} {{duration seconds}}",
    "b.hbs": "{{memory text}}",
  });
  const engine = createTemplateEngine([folder]);
  expect(engine.template("a.hbs")({ text: "it's", mib: 1536, seconds: 7500 })).toBe(
    "'it'\\''s' 1536MB 2h 05m",
  );
  expect(issueOf(() => engine.template("b.hbs")({ text: "x" }))).toContain(
    `${join(folder, "b.hbs")}:1: found string, expected a number, in: {{memory text}}`,
  );
});

test("a variable that does not exist is told with its file and line", () => {
  const folder = writeTemplates({
    "a.hbs": "one\n{{absent}}\n",
    "b.hbs": "{{> part}}",
    "c.hbs": "\n\nx={{shell absent}}",
    "partials/part.hbs": "\n\n{{gone}}\n",
  });
  const engine = createTemplateEngine([folder]);
  const place = (file: string): string => join(folder, file);
  expect(issueOf(() => engine.template("a.hbs")({}))).toContain(
    `${place("a.hbs")}:2: found the variable "absent", which does not exist`,
  );
  expect(issueOf(() => engine.template("b.hbs")({}))).toContain(
    `${place("partials/part.hbs")}:3: found the variable "gone", which does not exist`,
  );
  expect(issueOf(() => engine.template("c.hbs")({}))).toContain(
    `${place("c.hbs")}:3: found a variable that does not exist, expected text, in: x={{shell absent}}`,
  );
});

test("a template that is absent, or cannot be read, is told", () => {
  const folder = writeTemplates({ "a.hbs": "{{#if x}}", "b.hbs": "{{nofunction x}}" });
  const engine = createTemplateEngine([folder]);
  expect(issueOf(() => engine.template("none.hbs"))).toContain("there is no template none.hbs");
  expect(issueOf(() => engine.template("a.hbs")({ x: 1 }))).toContain(join(folder, "a.hbs"));
  expect(issueOf(() => engine.template("b.hbs")({ x: 1 }))).toContain("nofunction");
});
