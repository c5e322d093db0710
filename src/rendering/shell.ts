import { BsweepError } from "../core/errors.ts";
import { quoteWord } from "../core/shell.ts";

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
