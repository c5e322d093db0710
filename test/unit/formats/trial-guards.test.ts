import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../../src/core/identity.ts";
import type { TrialResult } from "../../../src/core/trial.ts";
import { elementSchema } from "../../../src/formats/manifest.ts";
import {
  formatResult,
  historyText,
  parseResult,
  resultSchema,
} from "../../../src/formats/result-file.ts";
import { isManifestElement, isResult } from "../../../src/formats/trial-guards.ts";
import { makeFailure, makeResult, makeTrial } from "../../support/results.ts";

const trial = makeTrial(3, { filters: 8, name: "a", on: true });
const RESULTS: readonly TrialResult[] = [
  makeResult(trial, 1, 4000, { warnings: ["odd"] }),
  makeFailure(trial, 1, { kind: "error", message: "m", stderrTail: "t" }),
  makeResult(trial, 1, 1, {
    state: "pruned",
    objective: null,
    earlyEnd: { reason: "poor", step: 3, value: 0.5 },
  }),
  makeResult(trial, 1, 1, { numerics: null, model: null, holdout: null, history: [] }),
];
const ELEMENT = { schemaVersion: 1, index: 1, trials: [trial] } as const;

type Path = readonly (string | number)[];

/** The path of every value in a JSON value, its own first. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const members = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [path, ...members.flatMap(([name, member]) => pathsOf(member, [...path, name]))];
}

/** A copy with another value at a path, or without it. */
function withOther(value: unknown, [name, ...rest]: Path, other: unknown): unknown {
  if (name === undefined) return other;
  if (Array.isArray(value))
    return value.map((member: unknown, place) =>
      String(place) === name ? withOther(member, rest, other) : member,
    );
  const members = { ...(value as Record<string, unknown>) };
  members[name] = withOther(members[name], rest, other);
  return members;
}

const others = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, 0, -1, 1.5, 2 ** 60, 1e999, "", "x", [], {}, true),
  fc.constantFrom<unknown>(
    "failed",
    "complete",
    "float32",
    "2026-01-02T03:04:05Z",
    "2026-02-30T03:04:05.000Z",
  ),
  fc.constant<unknown>(JSON.parse('{"__proto__": 1}')),
  fc.jsonValue(),
);

/** What becomes of values like these. */
const changed = (values: readonly object[]): fc.Arbitrary<string> =>
  fc
    .constantFrom(...values)
    .chain((value) => fc.tuple(fc.constant(value), fc.constantFrom(...pathsOf(value)), others))
    .map(([value, path, other]) => JSON.stringify(withOther(value, path, other) ?? null));

describe("what a guard takes, its schema takes too, and as it is", () => {
  test.each([
    ["results", RESULTS, isResult, resultSchema],
    ["lines of manifests", [ELEMENT], isManifestElement, elementSchema],
  ])("%s", (_, values, isGuarded, schema) => {
    for (const value of values) expect(isGuarded(value)).toBe(true);
    const counts = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(changed(values), (text) => {
        const value: unknown = JSON.parse(text);
        counts[isGuarded(value) ? "taken" : "refused"] += 1;
        if (isGuarded(value))
          expect(schema.safeParse(value)).toEqual({ success: true, data: value });
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(50);
  });

  test("a time that JavaScript writes otherwise is left to the schema", () => {
    const result = makeResult(trial, 1, 1, {
      timing: { startedAt: "2026-01-02T03:04:05Z", seconds: 1 },
    });
    expect(isResult(result)).toBe(false);
    expect(parseResult(formatResult(result), "f")).toEqual(result);
    const timing = { startedAt: "+012026-01-02T03:04:05.000Z", seconds: 1 };
    expect(isResult({ ...result, timing })).toBe(false);
  });
});

describe("the history in a result's text", () => {
  test("is what the schema leaves of it", () => {
    const written = formatResult(makeResult(trial, 1, 1));
    const odd = written.replaceAll('"loss":', '"__proto__":');
    expect(odd).not.toBe(written);
    const content = `${odd.slice(0, odd.lastIndexOf(',"checksum"'))}}`;
    const text = `${content.slice(0, -1)},"checksum":"sha256:${sha256(content)}"}\n`;
    const { history } = parseResult(text, "f");
    expect(Object.keys(history[0]?.metrics ?? {})).toEqual([
      ...["accuracy", "validationLoss", "validationAccuracy"],
    ]);
    expect(historyText(text, parseResult(text, "f"))).toBe(JSON.stringify(history));
  });

  const metrics = fc.dictionary(
    fc.oneof(
      fc.string(),
      fc.constantFrom("params", '"history":[{', "}],", "history", "\\", 'x}],"params'),
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
    { noNullPrototype: true, maxKeys: 4 },
  );
  const histories = fc.array(metrics.map((some) => ({ metrics: some, seconds: 1 })));

  test("is what would be written", () => {
    fc.assert(
      fc.property(histories, fc.boolean(), (steps, isFirst) => {
        const history = steps.map((step, place) => ({ step: place, ...step }));
        const written = makeResult(trial, 1, 1, {
          history,
          warnings: ['"history":[{ }],"params":'],
        });
        const { params, ...others } = written;
        // Whoever wrote it may have had another order.
        const text = formatResult(isFirst ? written : { params, ...others });
        const content = text.slice(0, text.lastIndexOf(',"checksum"'));
        expect(historyText(text, JSON.parse(`${content}}`) as TrialResult)).toBe(
          JSON.stringify(history),
        );
      }),
      { numRuns: 500 },
    );
  });
});
