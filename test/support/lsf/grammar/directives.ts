import { Refusal } from "../daemon/refusal.ts";

/**
 * The words of all #BSUB lines of a script, in order. LIBBAT and VOL: `#`, blanks, `BSUB`, and the next word must
 * begin with `-`; one quote character a line, the first of ' or "; an unquoted word that begins with `#` ends the
 * line; a `\` at the end joins the next line; nothing is expanded; `##BSUB` is a comment.
 */
export function readDirectives(script: string): string[] {
  const lines = script.split("\n");
  const words: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const start = /^#[ \t]*BSUB[ \t]+(?=-)/.exec(lines[at] ?? "");
    if (start === null) continue;
    let line = (lines[at] ?? "").slice(start[0].length);
    while (line.endsWith("\\") && at + 1 < lines.length) {
      line = line.slice(0, -1) + (lines[++at] ?? "");
    }
    words.push(...splitWords(line));
  }
  return words;
}

function splitWords(line: string): string[] {
  const quote = /["']/.exec(line)?.[0];
  const words: string[] = [];
  let word: string | null = null;
  let quoted = false;
  for (const character of line) {
    if (character === quote) {
      quoted = !quoted;
      word ??= "";
    } else if (!quoted && /[ \t\r]/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (!quoted && word === null && character === "#") {
      return words;
    } else {
      word = (word ?? "") + character;
    }
  }
  // What LSF says here is not known; a script with an open quote is wrong in any case.
  if (quoted) throw new Refusal(`Unmatched quote in the embedded options: ${line}`);
  if (word !== null) words.push(word);
  return words;
}

/** Has it a line that is neither blank nor a comment? */
export const hasCommand = (script: string): boolean =>
  script.split("\n").some((line) => /^\s*[^\s#]/.test(line));

/** What runs a script from stdin; LIBBAT: `#!` as it says, `#` without `!` csh, else /bin/sh. */
export function findInterpreter(script: string, cshRule: boolean): string[] {
  const firstLine = script.split("\n")[0] ?? "";
  const named = /^#!\s*(\S+)(?:\s+(.*\S))?/.exec(firstLine);
  if (named?.[1] !== undefined) return [named[1], ...(named[2] === undefined ? [] : [named[2]])];
  return [cshRule && firstLine.startsWith("#") ? "/bin/csh" : "/bin/sh"];
}
