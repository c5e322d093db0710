import { BsweepError } from "../core/errors.ts";

/**
 * A value as one word of a POSIX shell, whatever it holds (POSIX.1-2017, 2.2.2 "Single-Quotes").
 * Lines are refused though a shell could carry them: a line of a job file may be read as a directive.
 * @throws BsweepError TEMPLATE for NUL and line ends
 */
export function quoteShell(value: string): string {
  if (/[\0\n\r]/.test(value)) {
    throw new BsweepError(
      "TEMPLATE",
      `found ${JSON.stringify(value)}, expected one line of text for a shell script`,
    );
  }
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
