import { LineCounter, isMap, isNode, isScalar, parseDocument, visit, type Document } from "yaml";
import type { Scalar, YAMLError } from "yaml";
import type * as z from "zod";
import { messageOf, type Issue } from "../core/errors.ts";
import { formatPath, invalidDocument, type DocumentKind } from "./issues.ts";
import { findSchemaIssues, type IssueAt } from "./schema-issues.ts";

/** Most values a text may repeat through `*aliases`: nested ones grow without end. */
const MAX_ALIASES = 100;

/** As YAML 1.2 writes integers; no other number has to be exact. */
const WHOLE_NUMBER = /^(?:[-+]?\d+|0x[\dA-Fa-f]+|0o[0-7]+)$/;

/** A YAML text read once: its value, and the line every part of it stands on. */
interface YamlDocument {
  readonly file: string;
  /** Whole numbers that no double holds are bigints, which no schema takes: `describeFound` says what to write. */
  readonly value: unknown;
  /** Keys given twice. The value holds the last one; no document with issues may be used. */
  readonly issues: readonly Issue[];
  /** An issue with the line of the value at `path`, or of the nearest enclosing value when there is none. */
  readonly issueAt: IssueAt;
}

/**
 * Reads YAML 1.2: `no` and `on` are texts, tags and merge keys mean nothing here.
 * @throws BsweepError with kind's code and every syntax error
 */
export function readYaml(text: string, file: string, kind: DocumentKind): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
    // Said explicitly, so that a `%YAML 1.1` line in the text changes nothing.
    ...{ schema: "core", merge: false, resolveKnownTags: false },
  });
  const toIssue = (error: YAMLError): Issue => ({
    file,
    line: lines.linePos(error.pos[0]).line,
    path: "",
    message: error.message,
  });
  const problems = [...document.errors, ...document.warnings];
  const fatal = problems.filter(({ code }) => code !== "DUPLICATE_KEY");
  if (fatal.length > 0) throw invalidDocument(file, kind, problems.map(toIssue));
  visit(document, {
    Scalar: (_, scalar) => {
      keepDigits(scalar);
    },
  });
  return {
    file,
    value: toValue(document, file, kind),
    issues: document.errors.map(toIssue),
    issueAt: (path, message) => {
      const line = lineOf(document, lines, path);
      return { file, ...(line === undefined ? {} : { line }), path: formatPath(path), message };
    },
  };
}

/** 12345678901234567891 would be ...7000 as a number, and nobody would know. */
function keepDigits(scalar: Scalar): void {
  const { value, source = "" } = scalar;
  if (typeof value !== "number" || !WHOLE_NUMBER.test(source)) return;
  const exact = source.startsWith("-") ? -BigInt(source.slice(1)) : BigInt(source.replace("+", ""));
  if (!Number.isFinite(value) || exact !== BigInt(value)) scalar.value = exact;
}

function toValue(document: Document.Parsed, file: string, kind: DocumentKind): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    throw invalidDocument(file, kind, [{ file, path: "", message: messageOf(cause) }]);
  }
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
  const issues = findSchemaIssues(schema, document.value, document.issueAt);
  throwIssues(document, issues, kind);
  return schema.parse(document.value);
}

/** Throws what was found wrong, and the keys given twice, in the order of the lines; nothing to throw, nothing happens. */
export function throwIssues(
  document: YamlDocument,
  found: readonly Issue[],
  kind: DocumentKind,
): void {
  const issues = [...document.issues, ...found].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  if (issues.length > 0) throw invalidDocument(document.file, kind, issues);
}
