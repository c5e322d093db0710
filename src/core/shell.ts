/** Words that a shell takes as they are. */
const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A value as one word of a POSIX shell, whatever it holds (POSIX.1-2017, 2.2.2 "Single-Quotes"). */
export function quoteWord(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** A command as a line of a shell, for a person or a program; only words that need it are quoted. */
export function formatCommand(...words: readonly string[]): string {
  return words.map((word) => (PLAIN_WORD.test(word) ? word : quoteWord(word))).join(" ");
}
