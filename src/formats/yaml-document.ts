import { LineCounter, isMap, isNode, isScalar, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { BsweepError, type Issue } from "../core/errors.ts";
import { formatPath, type DocumentKind } from "./issues.ts";

/** A YAML text read once: its value, and the line every part of it stands on. */
export interface YamlDocument {
  readonly file: string;
  readonly value: unknown;
  /** Line, from 1, of the value at `path`; of the nearest enclosing value when there is none. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

/**
 * Reads YAML 1.2. Keys given twice are refused; tags and merge keys mean nothing here.
 * @throws BsweepError with kind's code and every syntax error
 */
export function readYaml(text: string, file: string, kind: DocumentKind): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const issues = document.errors.map((error) => ({
      file,
      line: lines.linePos(error.pos[0]).line,
      path: "",
      message: error.message,
    }));
    throw invalidDocument(file, kind, issues);
  }
  return {
    file,
    value: document.toJS({ maxAliasCount: 100 }),
    lineOf: (path) => lineOf(document, lines, path),
  };
}

function lineOf(
  document: Document.Parsed,
  lines: LineCounter,
  path: readonly PropertyKey[],
): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return undefined;
}

/** Where the key at the end of `path` starts; for an item of a list, where the item starts. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  if (path.length === 0) return document.contents?.range[0];
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const key = parent.items.find(({ key }) => isScalar(key) && key.value === last)?.key;
    return isNode(key) ? key.range?.[0] : undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

/**
 * Checks a document against a schema.
 * @throws BsweepError with kind's code and every issue, each with its line, as `found X, expected Y`
 */
export function checkYaml<T>(document: YamlDocument, schema: z.ZodType<T>, kind: DocumentKind): T {
  const checked = schema.safeParse(document.value, { error: describeIssue });
  if (checked.success) return checked.data;
  const issues = checked.error.issues.flatMap((issue) => locateIssue(document, issue));
  issues.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  throw invalidDocument(document.file, kind, issues);
}

function locateIssue(document: YamlDocument, issue: z.core.$ZodIssue): Issue[] {
  const at = (path: readonly PropertyKey[], message: string): Issue => {
    const line = document.lineOf(path);
    return {
      file: document.file,
      ...(line === undefined ? {} : { line }),
      path: formatPath(path),
      message,
    };
  };
  if (issue.code !== "unrecognized_keys") return [at(issue.path, issue.message)];
  return issue.keys.map((key) => at([...issue.path, key], "found an unknown key"));
}

/** zod's own messages say what was expected; a person wants to see what was found as well. */
function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_type") {
    const expected = issue.expected === "object" ? "a mapping" : issue.expected;
    return issue.input === undefined
      ? `found nothing, expected ${expected}`
      : `found ${shortJson(issue.input)}, expected ${expected}`;
  }
  if (issue.code === "invalid_value") {
    return `found ${shortJson(issue.input)}, expected ${issue.values.map(String).join(" | ")}`;
  }
  if (issue.code === "too_small") {
    return `found ${shortJson(issue.input)}, expected at least ${issue.minimum}`;
  }
  if (issue.code === "too_big") {
    return `found ${shortJson(issue.input)}, expected at most ${issue.maximum}`;
  }
  return undefined;
}

function shortJson(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function invalidDocument(file: string, kind: DocumentKind, issues: readonly Issue[]): BsweepError {
  const hint = kind.hint === undefined ? {} : { hint: kind.hint };
  return new BsweepError(kind.code, `${file} is no valid ${kind.what}`, { issues, ...hint });
}
