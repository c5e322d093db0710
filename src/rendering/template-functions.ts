import { BsweepError } from "../core/errors.ts";
import { formatDuration, formatMemory } from "../core/quantities.ts";
import { quoteShell } from "./shell.ts";

/** What a template may call beside Handlebars' own `if`, `unless`, `each`, `with`. */
export const templateFunctions = {
  /** Text or number -> one word of a shell. */
  shell: (value: unknown) => quoteShell(asText("shell", value)),
  /** MiB -> `4GB`, `1536MB`. */
  memory: (value: unknown) => formatMemory(asNumber("memory", value)),
  /** Seconds -> `2h 05m`. */
  duration: (value: unknown) => formatDuration(asNumber("duration", value)),
} as const;

function asText(name: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw wrongArgument(name, value, "text");
}

function asNumber(name: string, value: unknown): number {
  if (typeof value === "number") return value;
  throw wrongArgument(name, value, "a number");
}

function wrongArgument(name: string, value: unknown, expected: string): BsweepError {
  return new BsweepError(
    "TEMPLATE",
    `{{${name} ...}}: found ${typeof value}, expected ${expected}`,
  );
}
