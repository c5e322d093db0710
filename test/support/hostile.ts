import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { listTree, makeTestFolder } from "./folder.ts";

/** The name of a file that texts try to make. */
export const PWNED = "pwned";

/** Texts that mean something to a shell, a scheduler, a terminal, SQL or HTML; all may be names of files. */
export const HOSTILE_NAMES = [
  "a b  c",
  "it's",
  'say "q"',
  `$(touch ${PWNED})`,
  `\`touch ${PWNED}\``,
  `; touch ${PWNED}; #`,
  `| touch ${PWNED} &`,
  "-rf",
  "--help",
  `#BSUB -q closed`,
  "#SBATCH --hold",
  "*?[x]{a,b}~!!<>",
  "ünïcödé 日本 \u202e",
  "back\\slash\\n",
  "<script>alert(1)</script>".replaceAll("/", "|"),
  "'; DROP TABLE results; --",
  "{{shell workspace}}{{#each}}",
  "x".repeat(255),
] as const;

/** Texts that no line of a file can carry, or that a terminal obeys. */
export const CONTROLS = [
  `a\ntouch ${PWNED}`,
  `a\n#BSUB -q closed`,
  "a\rb",
  "tab\there",
  "\u001b[2J\u001b]0;title\u0007",
  "\u009b31m",
] as const;

/** Where nothing of what a text says may happen: a folder that processes start in and find in PWNED_FOLDER. */
export class Trap {
  readonly folder = makeTestFolder();

  /** Everything here and below `others` is free of what the texts try to make. */
  expectUnsprung(...others: readonly string[]): void {
    for (const folder of [
      this.folder,
      process.cwd(),
      ...others.flatMap((path) => [path, dirname(path)]),
    ])
      expect(existsSync(join(folder, PWNED))).toBe(false);
    for (const folder of [this.folder, ...others])
      expect(listTree(folder).filter((path) => /(?:^|\/)pwned$/.test(path))).toEqual([]);
  }
}
