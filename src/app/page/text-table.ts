import { escapeControls, escapeWithinLines } from "../../core/printable.ts";

/** What a page shows of one text at most. */
const MAX_LENGTH = 2000;
const MAX_NAME = 200;

/** Texts that many rows share, each kept once. */
export class TextTable {
  readonly texts: string[] = [];
  readonly #codes = new Map<string, number>();

  /** The text's place; -1 for none. */
  codeOf(text: string | null | undefined): number {
    if (text === null || text === undefined || text === "") return -1;
    const shown = showText(text);
    const known = this.#codes.get(shown);
    if (known !== undefined) return known;
    this.#codes.set(shown, this.texts.length);
    return this.texts.push(shown) - 1;
  }
}

/** The name of a parameter, a metric or a host. */
export function showName(name: string): string {
  return escapeControls(name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME)}…`);
}

/** Control and direction characters as `\u001b`; the end of what is very long is left out, and that is said. */
export function showText(text: string, most = MAX_LENGTH): string {
  if (text.length <= most) return escapeWithinLines(text);
  const left = text.length - most;
  return `${escapeWithinLines(text.slice(0, most))}… (${left} more characters)`;
}
