import type { HelperOptions } from "handlebars";
import { formatDuration, formatMemory } from "../core/quantities.ts";
import { quoteShell } from "./shell.ts";

/** What a template may call beside Handlebars' own `if`, `unless`, `each`, `with`. */
export const templateFunctions = {
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
