import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import { BsweepError, messageOf, type Issue } from "../core/errors.ts";
import { templateFunctions } from "./template-functions.ts";

/**
 * Fills a template in.
 * @param view see job-view.ts
 * @throws BsweepError TEMPLATE naming the file and the variable it asks for in vain
 */
export type Template = (view: object) => string;

/** Templates of a study: each file is looked for in the folders in turn. */
export interface TemplateEngine {
  /**
   * @param name such as `lsf/array.bsub.hbs`
   * @throws BsweepError TEMPLATE when there is none, or it cannot be parsed
   */
  template(name: string): Template;
  /** Every file read so far: path -> its text. */
  sources(): ReadonlyMap<string, string>;
}

const PARTIALS = "partials";
const EXTENSION = ".hbs";

/**
 * Handlebars without HTML escapes; a variable or helper that does not exist is an error.
 * @param folders searched in turn; partials are every file of their `partials` folders
 */
export function createTemplateEngine(folders: readonly string[]): TemplateEngine {
  const handlebars = Handlebars.create();
  handlebars.registerHelper(templateFunctions);
  const sources = new Map<string, string>();
  const read = (name: string): { file: string; text: string } => {
    const file = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (file === undefined) throw noTemplate(name, folders);
    const text = readFileSync(file, "utf8");
    sources.set(file, text);
    return { file, text };
  };
  for (const name of new Set(folders.flatMap(listPartials))) {
    const { text } = read(join(PARTIALS, `${name}${EXTENSION}`));
    handlebars.registerPartial(name, text);
  }
  return {
    sources: () => sources,
    template: (name) => {
      const { file, text } = read(name);
      const fill = handlebars.compile(text, {
        noEscape: true,
        strict: true,
        knownHelpersOnly: true,
        knownHelpers: { shell: true, memory: true, duration: true },
      });
      return (view) => render(() => fill(view), file, sources);
    },
  };
}

function listPartials(folder: string): string[] {
  const partials = join(folder, PARTIALS);
  if (!existsSync(partials)) return [];
  return readdirSync(partials)
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => name.slice(0, -EXTENSION.length));
}

function render(fill: () => string, file: string, sources: ReadonlyMap<string, string>): string {
  try {
    return fill();
  } catch (cause) {
    throw templateError(cause, file, sources);
  }
}

function templateError(
  cause: unknown,
  file: string,
  sources: ReadonlyMap<string, string>,
): BsweepError {
  const located = /^"(.+?)" (.*) - (\d+):\d+$/s.exec(messageOf(cause));
  const [, name = "", reason = "", line = ""] = located ?? [];
  const issue: Issue =
    located === null
      ? { file, path: "", message: messageOf(cause) }
      : locate(name, reason, Number(line), [file, ...sources.keys()], sources);
  return new BsweepError("TEMPLATE", `the template ${file} cannot be filled in`, {
    issues: [issue],
    hint: "templates/README.md lists every variable a template may use",
    cause,
  });
}

/** Handlebars tells the line but not whether the template or one of its partials was meant. */
function locate(
  name: string,
  reason: string,
  line: number,
  files: readonly string[],
  sources: ReadonlyMap<string, string>,
): Issue {
  const textIn = (file: string): string => sources.get(file)?.split("\n")[line - 1] ?? "";
  const file = files.find((candidate) => textIn(candidate).includes(name)) ?? files[0] ?? "";
  const message = reason.startsWith("not defined")
    ? `found the variable "${name}", which does not exist`
    : `${reason}, in: ${textIn(file).trim()}`;
  return { file, line, path: "", message };
}

function noTemplate(name: string, folders: readonly string[]): BsweepError {
  return new BsweepError("TEMPLATE", `there is no template ${name}`, {
    hint: `it was looked for in ${folders.join(" and ")}`,
  });
}
