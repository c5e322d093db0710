import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars, { type HelperOptions } from "handlebars";
import { BsweepError, type Issue, messageOf } from "../core/errors.ts";
import { formatDuration, formatMemory } from "../core/quantities.ts";
import { quoteWord } from "../core/shell.ts";

/**
 * Fills a template in.
 * @param view see job-view.ts
 * @throws BsweepError TEMPLATE naming the file and the variable it asks for in vain
 */
type Template = (view: object) => string;

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
    if (file === undefined) {
      const hint = `it was looked for in ${folders.join(" and ")}`;
      throw new BsweepError("TEMPLATE", `there is no template ${name}`, { hint });
    }
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
      return (view) => {
        try {
          return fill(view);
        } catch (cause) {
          throw templateError(cause, file, sources);
        }
      };
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

/**
 * A value as one word of a script, whatever it holds. Lines are refused though a shell could carry them: a line of
 * a job file may be read as a directive.
 * @throws BsweepError TEMPLATE for NUL and line ends
 */
export function quoteShell(value: string): string {
  if (/[\0\n\r]/.test(value)) {
    throw new BsweepError(
      "TEMPLATE",
      `found ${JSON.stringify(value)}, expected one line of text for a shell script`,
    );
  }
  return quoteWord(value);
}

/** What a template may call beside Handlebars' own `if`, `unless`, `each`, `with`. */
const templateFunctions = {
  /** Text or number -> one word of a shell. */
  shell: (value: unknown, options: HelperOptions) => {
    if (typeof value === "string" || typeof value === "number") return quoteShell(String(value));
    throw wrongArgument(value, "text", options);
  },
  /** MiB -> `4GB`, `1536MB`. */
  memory: (value: unknown, options: HelperOptions) => formatMemory(asNumber(value, options)),
  /** Seconds -> `2h 05m`. */
  duration: (value: unknown, options: HelperOptions) => formatDuration(asNumber(value, options)),
} as const;

function asNumber(value: unknown, options: HelperOptions): number {
  if (typeof value === "number") return value;
  throw wrongArgument(value, "a number", options);
}

/** In the form of Handlebars' own errors, which end with line and column. */
function wrongArgument(value: unknown, expected: string, options: HelperOptions): TypeError {
  const { name, loc } = options as HelperOptions & Call;
  const found = value === undefined ? "a variable that does not exist" : typeof value;
  const { line, column } = loc.start;
  return new TypeError(`"${name}" found ${found}, expected ${expected} - ${line}:${column}`);
}

/** What Handlebars 4.7 tells a helper beyond its types: its own name, and where it is called. */
interface Call {
  readonly name: string;
  readonly loc: { readonly start: { readonly line: number; readonly column: number } };
}
