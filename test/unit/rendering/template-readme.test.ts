import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TemplateEngine } from "../../../src/rendering/engine.ts";
import { packagedTemplates } from "../../../src/workspace/package.ts";
import { renderRound } from "../../support/round-inputs.ts";

/** Variable -> type, as the table below a heading of templates/README.md has them. */
function documented(heading: string): Record<string, string> {
  const readme = readFileSync(join(packagedTemplates(), "README.md"), "utf8");
  const section = readme.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const rows = section.matchAll(/^\| `(\w+)` +\| (\w+) /gm);
  return Object.fromEntries<string>([...rows].map(([, name = "", type = ""]) => [name, type]));
}

function described(view: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(view).map(([name, value]) => [
      name,
      Array.isArray(value) ? "list" : typeof value,
    ]),
  );
}

test("templates/README.md lists what templates see, no more and no less", () => {
  const views: object[] = [];
  // Rendering nothing, this engine keeps what it is given.
  const engine: TemplateEngine = {
    sources: () => new Map(),
    template: () => (view) => {
      views.push(view);
      return "";
    },
  };
  renderRound({ workspace: "/storage2/fs1/lab", elements: [3], engine });
  const [job = {}, submit = {}] = views;
  const every = documented("Every template");
  expect(described(job)).toEqual({ ...every, ...documented("Job files") });
  expect(described(submit)).toEqual({ ...every, ...documented("submit.sh") });
  const [array = {}] = (submit as { arrays: object[] }).arrays;
  expect(described(array)).toEqual(documented("Each of `arrays`"));
});
