/** `skipped`: it could not be looked at, which says nothing. */
export const CHECK_STATES = ["ok", "warn", "fail", "skipped"] as const;
type CheckState = (typeof CHECK_STATES)[number];

/** One thing that must be right before a study runs. */
export interface Check {
  readonly name: string;
  readonly state: CheckState;
  /** What was found, in a line. */
  readonly found: string;
  /** What to do about it; null where there is nothing to do. */
  readonly remedy: string | null;
}

/** Checks of one name. */
interface Checker {
  readonly ok: (found: string) => Check;
  readonly warn: (found: string, remedy: string) => Check;
  readonly fail: (found: string, remedy: string) => Check;
  readonly skip: (found: string, remedy?: string) => Check;
}

export function checker(name: string): Checker {
  const check =
    (state: CheckState) =>
    (found: string, remedy: string | null = null): Check => ({ name, state, found, remedy });
  return { ok: check("ok"), warn: check("warn"), fail: check("fail"), skip: check("skipped") };
}
