import { createInterface } from "node:readline/promises";
import { BsweepError } from "../core/errors.ts";

/**
 * Asks a person on the terminal; yes only for an answer that begins so.
 * @throws BsweepError USAGE where nobody can be asked
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new BsweepError("USAGE", "there is no terminal on which to ask whether you are sure", {
      hint: "--yes says that you are; --print only shows the commands",
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^\s*y/i.test(await terminal.question(`${question} [y/N] `));
  } finally {
    terminal.close();
  }
}
