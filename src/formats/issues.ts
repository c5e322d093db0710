import type { Parameters, ParameterValue } from "../core/study.ts";
import type * as z from "zod";
import { BsweepError, messageOf, type ErrorCode, type Issue } from "../core/errors.ts";

/** `space.filters[2]` from zod's path. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

/** What a document is called in messages, and how its errors are coded. */
export interface DocumentKind {
  readonly code: ErrorCode;
  /** `manifest`, `result`. */
  readonly what: string;
  readonly hint?: string;
}

export interface Source {
  readonly file: string;
  /** From 1; for formats with one document a line. */
  readonly line?: number;
}

/** Reads JSON and checks it. @throws BsweepError with every issue */
export function parseJson<T>(
  text: string,
  source: Source,
  schema: z.ZodType<T>,
  kind: DocumentKind,
): T {
  return checkValue(readJson(text, source, kind), source, schema, kind);
}

/** Reads JSON that is yet to be checked. @throws BsweepError where it is none */
export function readJson(text: string, source: Source, kind: DocumentKind): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `found no JSON: ${messageOf(error)}`;
    throw invalidDocument(source.file, kind, [{ ...source, path: "", message }]);
  }
}

/** Reads files of one kind. */
export function jsonReader<T>(schema: z.ZodType<T>, kind: DocumentKind) {
  return (text: string, file: string): T => parseJson(text, { file }, schema, kind);
}

/** A value as the text of a file that people may look into. */
export function formatJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What a schema gives, not to be written to. */
export type Read<T> = [ParameterValue] extends [T]
  ? T
  : T extends object
    ? [Parameters] extends [T]
      ? T
      : { readonly [K in keyof T]: Read<T[K]> }
    : T;

/** Checks a value that was read already. @throws BsweepError with every issue */
export function checkValue<T>(
  value: unknown,
  source: Source,
  schema: z.ZodType<T>,
  kind: DocumentKind,
): T {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const issues = checked.error.issues.map((issue) => ({
    ...source,
    path: formatPath(issue.path),
    message: issue.message,
  }));
  throw invalidDocument(source.file, kind, issues);
}

export function invalidDocument(
  file: string,
  kind: DocumentKind,
  issues: readonly Issue[],
): BsweepError {
  const { code, what, ...hint } = kind;
  return new BsweepError(code, `${file} is no valid ${what}`, { issues, ...hint });
}
