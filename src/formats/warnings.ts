import { escapeControls } from "../core/printable.ts";

/** A result holds so many warnings, and so much of each. */
const MAX_WARNINGS = 20;
const MAX_LENGTH = 300;
/** So many names stand in a warning. */
const SHOWN_NAMES = 3;
/** Longest piece of a name that a warning repeats. */
const SHOWN_LENGTH = 60;

/** What was odd about a trial and yet cost nothing. What befell many is one warning, that names the first of them. */
export class Warnings {
  readonly #named = new Map<string, Set<string>>();

  /** @param what a sentence that names stand behind: `not finite, so left out`; without one it stands alone */
  add(what: string, name?: string): void {
    const names = this.#named.get(what) ?? new Set();
    this.#named.set(what, names);
    // What is told of more is that there are more.
    if (name !== undefined && names.size <= SHOWN_NAMES) names.add(cut(name, SHOWN_LENGTH));
  }

  /** In the order in which they came; bounded in number and length. */
  list(): readonly string[] {
    const all = [...this.#named].map(([what, names]) => cut(format(what, [...names]), MAX_LENGTH));
    if (all.length <= MAX_WARNINGS) return all;
    return [...all.slice(0, MAX_WARNINGS), `and ${all.length - MAX_WARNINGS} more`];
  }
}

function format(what: string, names: readonly string[]): string {
  if (names.length === 0) return what;
  const more = names.length > SHOWN_NAMES ? " and more" : "";
  return `${what}: ${names.slice(0, SHOWN_NAMES).join(", ")}${more}`;
}

function cut(text: string, length: number): string {
  const printable = escapeControls(text.slice(0, length + 1));
  return printable.length > length ? `${printable.slice(0, length - 3)}...` : printable;
}
