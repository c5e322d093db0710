/**
 * Every error a user can meet: a stable code, the exit status the code decides, and what to do next.
 * docs/errors.md explains each; a test holds the two together.
 */
export const EXIT_STATUS = {
  BUG: 1,
  USAGE: 2,
  INVALID_STUDY: 3,
  INVALID_SITE: 3,
  INVALID_MANIFEST: 3,
  INVALID_RESULT: 3,
  INVALID_DATA: 3,
  INVALID_MODEL: 3,
  TEMPLATE: 3,
  SCHEDULER_MISSING: 4,
  SCHEDULER_DOWN: 4,
  SCHEDULER_REFUSED: 4,
  SCHEDULER_OUTPUT: 4,
  RUNTIME_MISSING: 4,
  RUNTIME_UNFIT: 4,
  ENGINE_MISSING: 4,
  ENGINE_FAILED: 4,
  STORAGE: 5,
  WORKSPACE: 5,
  CONFLICT: 6,
} as const;

export type ErrorCode = keyof typeof EXIT_STATUS;

/** One thing wrong with an input, with the place it stands in. */
export interface Issue {
  /** The file, as the user named it. */
  readonly file: string;
  /** Line in the file, from 1; absent when the format has no lines. */
  readonly line?: number;
  /** Where inside the document: `space.filters[2]`. Empty for the document as a whole. */
  readonly path: string;
  /** What is wrong, in the form `found X, expected Y`. */
  readonly message: string;
}

interface BsweepErrorOptions {
  /** Everything wrong, one entry a line under the message. */
  readonly issues?: readonly Issue[];
  /** The next command or edit that mends it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The one error class of bsweep. Anything else that reaches the command line is a bug. */
export class BsweepError extends Error {
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: BsweepErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "BsweepError";
    this.code = code;
    this.issues = options.issues ?? [];
    this.hint = options.hint;
  }

  get exitStatus(): number {
    return EXIT_STATUS[this.code];
  }
}

/** `file:line: path: message`, the parts that exist. */
export function formatIssue(issue: Issue): string {
  const place = issue.line === undefined ? issue.file : `${issue.file}:${issue.line}`;
  return issue.path === ""
    ? `${place}: ${issue.message}`
    : `${place}: ${issue.path}: ${issue.message}`;
}

/** Whether `error` is a system error with this code, such as `ENOENT`. */
export function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** What `read` gives; `otherwise` where it throws. */
export function valueOr<T, U>(otherwise: U, read: () => T): T | U {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** Why something cannot be done; undefined when it was. */
export function complaintOf(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** What a machine answers when it cannot, or may not: a disk, a quota, permissions, a server. */
const REFUSALS = new Set([
  ...["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "ESTALE", "EFBIG", "ETIMEDOUT"],
  ...["EMFILE", "ENFILE", "ENOMEM", "ELOOP", "ENOTDIR", "EISDIR", "EHOSTDOWN", "ENOTCONN"],
]);

/** A file that the machine refuses is no bug: the error that says so; undefined for any other. */
export function refusalOf(error: unknown): BsweepError | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return undefined;
  if (!REFUSALS.has(String(error.code))) return undefined;
  return new BsweepError("WORKSPACE", error.message, { cause: error });
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The known word that was probably meant: the fewest insertions, deletions and replacements away,
 * upper and lower case being equal. Undefined when none is near (more than a third of the word would
 * have to change).
 */
export function findNearest(word: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = measureDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

/** Levenshtein's distance, row by row (Wagner and Fischer, JACM 1974). */
function measureDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      current[column] = Math.min(
        (current[column - 1] ?? 0) + 1,
        (previous[column] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1),
      );
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
