import { Refusal } from "../daemon/refusal.ts";

/** bsub -Q: which exit codes put a job back into its queue, and which keep it from the host as well. */
export interface RequeueCodes {
  readonly all: boolean;
  readonly codes: readonly number[];
  readonly not: readonly number[];
  readonly excluding: readonly number[];
}

/** `[all] [~N ...] | [N ...] [EXCLUDE(N ...)]`; HELP -Q. */
export function parseRequeueCodes(value: string): RequeueCodes {
  const excluded = /EXCLUDE\(([^)]*)\)\s*$/.exec(value);
  const words = splitWords(excluded === null ? value : value.slice(0, excluded.index));
  const result = {
    all: words.includes("all"),
    codes: words.filter((word) => word !== "all" && !word.startsWith("~")).map(parseCode),
    not: words.filter((word) => word.startsWith("~")).map((word) => parseCode(word.slice(1))),
    excluding: splitWords(excluded?.[1] ?? "").map(parseCode),
  };
  if (words.length === 0 && result.excluding.length === 0) throw notACode();
  return result;
}

export function requeues({ all, codes, not, excluding }: RequeueCodes, code: number): boolean {
  // A job that succeeded with 0 is done, whatever `all` says: HELP speaks of failure... only a listed 0 requeues.
  if (excluding.includes(code) || codes.includes(code)) return true;
  return all && code !== 0 && !not.includes(code);
}

const splitWords = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

function parseCode(word: string): number {
  if (/^\d{1,3}$/.test(word) && Number(word) <= 255) return Number(word);
  throw notACode();
}

const notACode = (): Refusal => new Refusal("Requeue exit value is not an integer between 0-255");
