import { spaceOf } from "../../support/space-of.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Papa from "papaparse";
import { expect, test } from "vitest";
import { formatSpace } from "../../../src/formats/space/text.ts";
import { formatReportCsv } from "../../../src/reports/csv.ts";
import { REPORT_FORMAT_NAMES } from "../../../src/reports/formats.ts";
import { formatReportJson } from "../../../src/reports/json.ts";
import { formatReportMarkdown } from "../../../src/reports/markdown.ts";
import { formatReportTable } from "../../../src/reports/table.ts";
import { packageRoot } from "../../../src/workspace/package.ts";
import { tableAfter } from "../../support/doc-table.ts";
import {
  makeFailedOutcome,
  makeOutcome,
  makeWaitingOutcome,
  reportOf,
} from "../../support/outcomes.ts";

const STUDY = {
  name: "digits",
  objective: { metric: "holdoutAccuracy", direction: "maximize" },
  space: ["filters", "note"],
  settings: [{ setting: "present", differences: [] }],
  explainOutside: () => null,
} as const;

const HOSTILE = `"'; DROP TABLE results; --\u001b[2J\n<script>`;

const report = reportOf(STUDY, [
  makeOutcome(1, 4000, { params: { filters: 16, note: "=1+1" } }),
  makeOutcome(2, 4163, { params: { filters: 0.1 + 0.2, note: HOSTILE } }),
  makeOutcome(3, 4000, { params: { filters: -5, note: "a,b" } }),
  makeFailedOutcome(4, { kind: "error", message: "no\u001b]0;such\u0007 file" }),
  makeWaitingOutcome(5),
]);

test("the table tells counts first, then the winner, then the ranking", () => {
  const text = formatReportTable(report, { top: 2, metrics: [], details: true });
  const lines = text.split("\n");
  expect(lines.slice(0, 2).join(" ")).toBe(
    "digits: 5 planned, 3 complete, 1 failed, 1 still without a result; ranking by holdoutAccuracy of 4,200 hold-out rows, highest first",
  );
  expect(lines[3]).toMatch(
    /^Best: trial 2, holdoutAccuracy 0\.99119: filters 0\.30000000000000004, note /,
  );
  expect(text).toMatch(/│ +1 │ +2 │ +0\.99119 │ 0\.98788 \.\. 0\.99360 │/);
  expect(text).toContain("1 more; --top N shows more of them");
  expect(text).toContain("rows only, not seeds");
});

test("nothing a file says reaches the terminal as a control character", () => {
  const text = formatReportTable(report, { top: 20, metrics: [], details: true });
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(text).toContain("no\\u001b]0;such\\u0007 file");
});

test("a study without a complete trial says so", () => {
  const text = formatReportTable(reportOf(STUDY, [makeWaitingOutcome(1)]), {
    top: 20,
    metrics: [],
    details: true,
  });
  expect(text).toContain("1 planned, 0 complete, 0 failed, 1 still without a result");
  expect(text).toContain("No trial is complete yet");
});

test("ties are told under the winner", () => {
  const tied = reportOf(STUDY, [makeOutcome(1, 7), makeOutcome(2, 7)]);
  expect(formatReportTable(tied, { top: 20, metrics: [], details: true })).toContain(
    "2 share rank 1;",
  );
});

test("parameters are shown exactly, so that trials that differ look different", () => {
  const days = [20_240_115, 20_240_116, 20_240_117];
  const seeds = [1_160_801_676, 1_160_801_677, 1_160_801_678];
  const path = "/storage1/fs1/lab/Active/models/of-the-winter/run-";
  const exact = reportOf(
    { ...STUDY, space: ["day", "seed", "model"] },
    days.map((day, at) =>
      makeOutcome(at + 1, 4000 + at, {
        params: { day, seed: seeds[at] ?? 0, model: `${path}${at}` },
      }),
    ),
  );
  const text = formatReportTable(exact, { top: 20, metrics: [], details: true });
  // Once in the ranking, once among the parameters.
  const tables = text.slice(text.indexOf("┌"));
  for (const shown of [...days.map(String), ...seeds.map(String), `${path}0`, `${path}1`])
    expect([shown, tables.split(` ${shown} `).length - 1]).toEqual([shown, 2]);
});

test("what to try next is told with its reason, and the space to paste", () => {
  const rates = [1, 2, 4, 8];
  const told = reportOf(
    {
      ...STUDY,
      space: ["rate"],
      search: {
        space: spaceOf([{ name: "rate", distribution: { kind: "categorical", values: rates } }]),
        limitsOf: () => undefined,
        formatSpace: (space) => formatSpace(space, { knowsIntegers: true }),
      },
    },
    Array.from({ length: 120 }, (_, at) => {
      const place = at % rates.length;
      return makeOutcome(at + 1, 1000 * place + at, {
        params: { rate: rates[place] ?? 0, trial: at },
      });
    }),
  );
  expect(told.next?.suggestions).toMatchObject([{ name: "rate", action: "widen" }]);
  const text = formatReportTable(told, { top: 1, metrics: [], details: true });
  expect(text).toMatch(/^To try next: widen rate \(.*8.*\)$/m);
  expect(text).toContain("space:\n  rate: [");
  expect(told.next?.yaml).toContain("16");
  const markdown = formatReportMarkdown(told, { top: 1, metrics: [], details: true });
  expect(markdown).toContain(`\n\n\`\`\`yaml\n${told.next?.yaml.trimEnd()}\n\`\`\`\n`);
  expect(report.next).toBeNull();
});

test("ends of bins are values that trials had", () => {
  const rates = Array.from({ length: 12 }, (_, at) => 1.0000001 + at * 1e-7);
  const binned = reportOf(
    { ...STUDY, space: ["rate"] },
    rates.map((rate, at) => makeOutcome(at + 1, 4000 + at, { params: { rate } })),
  );
  expect(formatReportTable(binned, { top: 20, metrics: [], details: true })).toContain(
    ` ${rates[0]} .. ${rates[2]} `,
  );
});

test("CSV reads back in full precision, formulas disarmed, numbers left alone", () => {
  const { data, errors } = Papa.parse<Record<string, string>>(formatReportCsv(report, Infinity), {
    header: true,
    skipEmptyLines: true,
  });
  expect(errors).toEqual([]);
  expect(
    data.map((row) => [row["rank"], row["trial"], row["params.filters"], row["params.note"]]),
  ).toEqual([
    ["1", "2", String(0.1 + 0.2), HOSTILE],
    ["2", "1", "16", "'=1+1"],
    ["2", "3", "-5", "a,b"],
  ]);
  expect(Number(data[0]?.["objective"])).toBe(4163 / 4200);
});

test("a ranking without rows is a header", () => {
  const empty = reportOf(STUDY, []);
  expect(formatReportCsv(empty, Infinity)).toMatch(/^rank,trial,.*seconds,outside,setting\n$/);
});

test("JSON holds the whole report, the ranking cut", () => {
  const parsed = JSON.parse(formatReportJson(report, 1)) as typeof report;
  expect(parsed).toEqual({ ...report, ranking: report.ranking.slice(0, 1) });
});

test("docs/results.md tells every format", () => {
  const page = readFileSync(join(packageRoot(), "docs", "results.md"), "utf8");
  const told = tableAfter(page, "## Formats").map(([name]) => name ?? "");
  expect(told.sort()).toEqual([...REPORT_FORMAT_NAMES].sort());
});
