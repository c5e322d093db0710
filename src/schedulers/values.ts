import { BsweepError } from "../core/errors.ts";

/** A value that goes into a directive as it is. @throws BsweepError INVALID_STUDY */
export function word(key: string, value: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._,-]*$/.test(value)) return value;
  throw unusable(key, value, "letters, digits, `.`, `_` or `-`");
}

/** An option that stands in the study as the scheduler writes it. @throws BsweepError INVALID_STUDY */
export function rawOption(value: string): string {
  if (/^-[^\p{Cc}]+$/u.test(value)) return value;
  throw unusable("cluster.schedulerOptions", value, "an option that starts with `-`, in one line");
}

export function unusable(key: string, value: string, expected: string): BsweepError {
  return new BsweepError(
    "INVALID_STUDY",
    `${key}: found ${JSON.stringify(value)}, expected ${expected}`,
  );
}

export function unusablePath(path: string, scheduler: string, reason: string): BsweepError {
  return new BsweepError(
    "WORKSPACE",
    `${JSON.stringify(path)} cannot stand in ${scheduler} job file: ${reason}`,
    { hint: "use a workspace under another name (--workspace FOLDER)" },
  );
}
