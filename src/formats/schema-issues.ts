import type * as z from "zod";
import { findNearest, type Issue } from "../core/errors.ts";
import { isObject } from "../core/objects.ts";
import { formatPath } from "./issues.ts";

/** Makes an issue of a message, with the file and line of what stands at `path`. */
export type IssueAt = (path: readonly PropertyKey[], message: string) => Issue;

/** What zod is made to say of unknown keys where a schema has nothing of its own to say. */
const UNTOLD = "unknown keys";

/** Longest piece of a found value that a message repeats. */
const SHOWN_LENGTH = 60;

/** An option of zod schemas: the message for every mismatch, saying what was found and `text`. */
export function expected(text: string): { error: (issue: { input: unknown }) => string } {
  return { error: ({ input }) => describeFound(input, text) };
}

/** `found X, expected Y` */
export function describeFound(value: unknown, text: string): string {
  const found = value === undefined ? "nothing" : showValue(value);
  const note =
    typeof value === "bigint" ? " (no number holds it exactly; in quotes it is a text)" : "";
  return `found ${found}${note}, expected ${text}`;
}

/** A value as JSON, cut short. */
export function showValue(value: unknown): string {
  if (typeof value === "number") return String(value);
  const text = typeof value === "bigint" ? String(value) : toJson(value);
  if (text === undefined) return String(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH - 3)}...` : text;
}

/** JSON has no bigints, though a document may (yaml-document.ts). */
function toJson(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "bigint" ? String(inner) : inner,
  );
}

/** Everything a schema finds wrong with a value, in the order of the schema; none when it fits. */
export function findSchemaIssues(schema: z.ZodType, value: unknown, issueAt: IssueAt): Issue[] {
  const checked = schema.safeParse(value, { error: describeIssue });
  if (checked.success) return [];
  const issues = checked.error.issues.flatMap((issue) =>
    flattenIssue({ schema, value, issueAt }, issue, []),
  );
  // Two checks of one schema may say the same.
  return [...new Map(issues.map((issue) => [`${issue.path}: ${issue.message}`, issue])).values()];
}

interface Checked {
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly issueAt: IssueAt;
}

function flattenIssue(
  checked: Checked,
  issue: z.core.$ZodIssue,
  base: readonly PropertyKey[],
): Issue[] {
  const { schema, value, issueAt } = checked;
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const known = listKeys(schema, path);
    const own = issue.message === UNTOLD ? undefined : issue.message;
    return issue.keys.map((key) => ({
      ...issueAt([...path, key], own ?? describeUnknown("key", key, known)),
      path: formatPath(path),
    }));
  }
  if (issue.code === "invalid_union") {
    const found = findAt(value, path);
    const meant = issue.errors.filter((branch) => !branch.some((each) => isWrongType(each, found)));
    if (meant.length === 1 && meant[0] !== undefined) {
      return meant[0].flatMap((inner) => flattenIssue(checked, inner, path));
    }
  }
  return [issueAt(path, issue.message)];
}

/** Whether a branch of a union is for another type of value altogether than what was found. */
function isWrongType(issue: z.core.$ZodIssue, found: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_union")
    return issue.errors.every((branch) => branch.some((each) => isWrongType(each, found)));
  const isOther = issue.code === "invalid_value" && typeof found === "object";
  return issue.code === "invalid_type" || isOther;
}

function findAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, key) =>
      isObject(inside) || Array.isArray(inside) ? Reflect.get(inside, key) : undefined,
    value,
  );
}

/** ``unknown key `filtres`; did you mean `filters`?`` */
export function describeUnknown(what: string, name: string, known: readonly string[]): string {
  const nearest = findNearest(name, known);
  const all = known.length === 0 ? `no ${what} is known here` : `known here: ${known.join(", ")}`;
  const advice = nearest === undefined ? all : `did you mean \`${nearest}\`?`;
  return `unknown ${what} \`${name}\`; ${advice}`;
}

/** The keys an object schema at `path` has. */
function listKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "optional" || def.type === "prefault") return listKeys(def.innerType, path);
  if (def.type === "pipe") return listKeys(def.in, path);
  if (def.type === "union") return def.options.flatMap((option) => listKeys(option, path));
  const [key, ...rest] = path;
  if (def.type === "record") return listKeys(def.valueType, rest);
  if (def.type === "array") return key === undefined ? [] : listKeys(def.element, rest);
  if (def.type !== "object") return [];
  if (key === undefined) return Object.keys(def.shape);
  const inner = def.shape[String(key)];
  return inner === undefined ? [] : listKeys(inner, rest);
}

/** zod's own messages say what was expected; a person wants to see what was found as well. */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "unrecognized_keys") return UNTOLD;
  if (issue.code === "invalid_type") {
    const { expected: type } = issue;
    return describeFound(issue.input, type === "object" ? "a mapping (`key: value`)" : type);
  }
  if (issue.code === "invalid_value") {
    return describeFound(issue.input, issue.values.map(String).join(" | "));
  }
  if (issue.code === "too_small") return describeFound(issue.input, `at least ${issue.minimum}`);
  if (issue.code === "too_big") return describeFound(issue.input, `at most ${issue.maximum}`);
  if (issue.code === "invalid_key") return issue.issues[0]?.message;
  return undefined;
}
