import { Refusal } from "../daemon/refusal.ts";

export interface ArraySpecification {
  readonly name: string;
  /** null: no array. */
  readonly indices: readonly number[] | null;
  readonly runningLimit: number | null;
}

export interface ArrayLimits {
  /** MAX_JOB_ARRAY_SIZE. */
  readonly maxArraySize: number;
  readonly specificationLimit: number;
}

/** bsub -J: `name` or `name[list]%limit`; HELP, ADM ("Job arrays"), ERR for the texts. */
export function parseArraySpecification(text: string, limits: ArrayLimits): ArraySpecification {
  if (text.length > 4094) throw new Refusal("Bad job name");
  if (!text.includes("[")) {
    if (/\]|%/.test(text)) throw new Refusal("Bad job name");
    return { name: text, indices: null, runningLimit: null };
  }
  const parts = /^([^[\]]*)\[([^[\]]*)\](.*)$/.exec(text);
  if (parts === null) throw new Refusal("Bad job name");
  const [, name = "", list = "", tail = ""] = parts;
  // ADM: the name of an array has letters, digits, `.`, `_` and `-`.
  if (!/^[A-Za-z0-9._-]*$/.test(name)) throw new Refusal("Bad job name");
  if (text.length > limits.specificationLimit) throw new Refusal("Bad job name");
  return {
    name,
    indices: parseIndexList(list, limits.maxArraySize),
    runningLimit: parseRunningLimit(tail),
  };
}

function parseRunningLimit(tail: string): number | null {
  if (tail === "") return null;
  if (!/^%[1-9]\d*$/.test(tail)) {
    throw new Refusal("Incorrect use of the job array index '%' character");
  }
  return Number(tail.slice(1));
}

/** `i`, `i-j`, `i-j:step`, with commas; positive. */
function parseIndexList(list: string, maxArraySize: number): number[] {
  const seen = new Set<number>();
  for (const part of list.split(",")) {
    const { start, end, step } = parseRange(part.trim());
    if (Math.max(start, end) > maxArraySize) throw new Refusal("Job array index too large");
    for (let index = start; index <= end; index += step) {
      if (seen.has(index)) throw new Refusal("Array index overlap in the job submission");
      seen.add(index);
    }
  }
  if (seen.size > maxArraySize) throw new Refusal("Job array index too large");
  return [...seen].sort((a, b) => a - b);
}

function parseRange(part: string): { start: number; end: number; step: number } {
  if (/^\d+-(?::\d*)?$/.test(part)) throw new Refusal("You must specify a job array end index");
  const range = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part);
  const start = Number(range?.[1] ?? 0);
  const end = Number(range?.[2] ?? start);
  const step = Number(range?.[3] ?? 1);
  if (start < 1 || end < start || step < 1) throw new Refusal("Job array index error");
  return { start, end, step };
}
