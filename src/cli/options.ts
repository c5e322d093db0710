import { BsweepError } from "../core/errors.ts";

/** An option that takes a word. */
export const TEXT = { type: "string", requiresArg: true } as const;

/** Options that all commands share which change jobs. */
export const STEERING_OPTIONS = {
  print: {
    type: "boolean",
    default: false,
    describe: "Print the scheduler's commands instead of running them",
  },
  json: { type: "boolean", default: false, describe: "Print what became of each job as JSON" },
} as const;

/** A whole number from `least`, where there is one. @throws BsweepError USAGE */
export function requireCount<T extends number | undefined>(option: string, value: T, least = 1): T {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return value;
  throw new BsweepError(
    "USAGE",
    `${option}: found ${value}, expected a whole number from ${least}`,
  );
}

type Parse = (text: string) => number | undefined;

/** A size or a time as an option gives it; undefined where there is none. @throws BsweepError USAGE */
export function readQuantity(option: string, text: string, parse: Parse, expected: string): number;
export function readQuantity(
  ...args: [option: string, text: string | undefined, parse: Parse, expected: string]
): number | undefined;
export function readQuantity(
  option: string,
  text: string | undefined,
  parse: Parse,
  expected: string,
): number | undefined {
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value !== undefined) return value;
  throw new BsweepError("USAGE", `${option}: found ${JSON.stringify(text)}, expected ${expected}`);
}
