import { quoteShell } from "../rendering/shell.ts";

/** Words that a shell takes as they are. */
const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A command the user can copy into a shell; only words that need it are quoted. */
export function formatCommand(...words: readonly string[]): string {
  return words.map((word) => (PLAIN_WORD.test(word) ? word : quoteShell(word))).join(" ");
}
