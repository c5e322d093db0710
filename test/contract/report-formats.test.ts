import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { flattenRanking, flattenSteps } from "../../src/reports/flat-table.ts";
import { formatReportLatex } from "../../src/reports/latex.ts";
import { formatReportMarkdown } from "../../src/reports/markdown.ts";
import type { ReportFormatName } from "../../src/reports/formats.ts";
import { describeReport } from "../../src/reports/sections.ts";
import {
  exportStudy,
  HOSTILE_TEXT,
  makeExportedStudy,
  RANKED_TRIALS,
} from "../support/exported-study.ts";
import { makeTestFolder } from "../support/folder.ts";
import { makeFailedOutcome, makeOutcome, reportOf } from "../support/outcomes.ts";
import { findPython, TEST_PYTHON } from "../support/python/environment.ts";
import { requireHere } from "../support/requirements.ts";

const SCRIPT = join(import.meta.dirname, "../support/python/read_reports.py");

function readWithPython(what: string, made: string | Uint8Array): unknown {
  const file = join(makeTestFolder(), `study.${what}`);
  writeFileSync(file, made);
  const output = execFileSync(String(findPython(TEST_PYTHON)), [SCRIPT, what, file]);
  return JSON.parse(output.toString());
}

const isPythonHere = requireHere(["pandas and DuckDB"]);

interface ReadParquet {
  readonly types: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly rows: readonly object[];
  readonly duckdb: readonly object[];
  readonly pandas: readonly Readonly<Record<string, unknown>>[];
}

test.runIf(isPythonHere)("Parquet: pandas, Arrow and DuckDB read every cell", async () => {
  const { made, report } = await exportStudy(makeExportedStudy(), "parquet");
  const read = readWithPython("parquet", made) as ReadParquet;
  const { columns, rows } = flattenRanking(report, Infinity);
  expect(rows).toHaveLength(RANKED_TRIALS + 1);
  // A parameter of several kinds is text.
  const mixed = columns.findIndex(({ name }) => name === "params.flag");
  const expected = rows.map((row) =>
    Object.fromEntries(
      columns.map(({ name }, at) => [name, at === mixed ? String(row[at]) : row[at]]),
    ),
  );
  expect(read.rows).toEqual(expected);
  expect(read.duckdb).toEqual(expected);
  expect(read.pandas.map((row) => row["trialId"])).toEqual(
    [...report.ranking].map((row) => row.trialId),
  );
  expect(read.types).toMatchObject({
    ...{ rank: "int64", trial: "int64", trialId: "string", objective: "double" },
    ...{ "params.depth": "int64", "params.mix": "double", "params.flag": "string" },
    ...{ "params.gamma": "double", holdoutCorrect: "int64", "metrics.__proto__x": "double" },
  });
  expect(read.metadata).toMatchObject({
    ...{ "bsweep.study": "exported", "bsweep.metric": "score", "bsweep.direction": "maximize" },
  });
});

test.runIf(isPythonHere)("Parquet of steps: a row a step; of no trial: no row", async () => {
  const { made, report } = await exportStudy(makeExportedStudy(), "parquet", { steps: true });
  const read = readWithPython("parquet", made) as ReadParquet;
  const { columns, rows } = flattenSteps(report, Infinity);
  expect(rows).toHaveLength((RANKED_TRIALS + 1) * 5);
  expect(read.rows).toEqual(
    rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at]]))),
  );
  const { formatReportParquet } = await import("../../src/reports/parquet.ts");
  const empty = readWithPython("parquet", formatReportParquet(NO_TRIAL, Infinity)) as ReadParquet;
  expect([empty.rows, empty.types["objective"]]).toEqual([[], "double"]);
});

test.runIf(isPythonHere)(
  "JSON Lines: pandas and DuckDB read a row a trial, or a step",
  async () => {
    const study = makeExportedStudy();
    const { made, report } = await exportStudy(study, "jsonl");
    const lines = String(made)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toEqual(
      JSON.parse(
        JSON.stringify([...report.ranking].map((row) => ({ ...row, setting: "present" }))),
      ),
    );
    expect(readWithPython("jsonl", made)).toMatchObject({
      rows: RANKED_TRIALS + 1,
      duckdb: RANKED_TRIALS + 1,
    });
    const steps = await exportStudy(study, "jsonl", { steps: true });
    const [first] = String(steps.made).split("\n", 1);
    expect(JSON.parse(first ?? "")).toEqual({
      ...{ rank: 1, number: report.ranking.at(0)?.number, trialId: report.ranking.at(0)?.trialId },
      ...{ step: 1, seconds: 2, metrics: { score: expect.any(Number) as number, loss: 1 } },
    });
    expect(readWithPython("jsonl", steps.made)).toMatchObject({ rows: (RANKED_TRIALS + 1) * 5 });
  },
);

const STUDY = {
  name: "digits",
  objective: { metric: "holdoutAccuracy", direction: "maximize" },
  space: ["<script>", HOSTILE_TEXT, "- list", "    code", "1. one", "--- "],
  settings: [{ setting: "present", differences: [] }],
  explainOutside: () => null,
} as const;

const NO_TRIAL = reportOf(STUDY, []);

const HOSTILE = reportOf(STUDY, [
  ...STUDY.space.map((name, place) =>
    makeOutcome(place + 1, 4000 + place, {
      params: { [name]: "[x] * -- \\", "<script>": place, "- list": -place, "1. one": "$\\[1pt" },
      metrics: { holdoutAccuracy: place / 10, "m|`<b>`": -place },
    }),
  ),
  makeFailedOutcome(8, { kind: "error", message: `${HOSTILE_TEXT} \\` }),
]);

test.runIf(isPythonHere)("Markdown shows every text, and is nothing but text and tables", () => {
  const options = { top: 20, metrics: ["m|`<b>`"], details: true };
  const made = formatReportMarkdown(HOSTILE, options);
  const { kinds, blocks, texts } = readWithPython("markdown", made) as {
    kinds: string[];
    blocks: string[];
    texts: string[];
  };
  expect(kinds.filter((kind) => !kind.startsWith("text"))).toEqual([]);
  expect(
    blocks.filter((kind) => !/^(?:heading|inline|paragraph|table|t[a-z]+)_?/.test(kind)),
  ).toEqual([]);
  const shown = describeReport(HOSTILE, options).flatMap(({ lead, table, notes }) => [
    ...lead,
    ...(table === null
      ? []
      : [...table.columns.map(({ title }) => title.slice(0, 37)), ...table.rows.flat()]),
    ...notes,
  ]);
  const starts = texts.slice(1).map((text) => text.trim());
  expect(starts).toHaveLength(shown.length);
  for (const [place, text] of shown.entries())
    expect(starts[place]?.startsWith(text.trim())).toBe(true);
});

test.runIf(requireHere(["pdflatex"]))("LaTeX sets the table without a complaint", () => {
  const folder = makeTestFolder();
  const table = formatReportLatex(HOSTILE, { top: 20, metrics: ["m|`<b>`"], details: true });
  const none = formatReportLatex(NO_TRIAL, { top: 20, metrics: [], details: true });
  const document = [
    "\\documentclass{article}",
    "\\usepackage{booktabs}",
    "\\begin{document}",
    table,
    none,
    "\\end{document}",
  ];
  writeFileSync(join(folder, "paper.tex"), document.join("\n"));
  execFileSync("pdflatex", ["-halt-on-error", "-interaction=nonstopmode", "paper.tex"], {
    cwd: folder,
  });
  const log = readFileSync(join(folder, "paper.log"), "utf8");
  expect(log).toContain("Output written on paper.pdf (1 page");
  expect(log.match(/^!.*|Missing character.*|Undefined.*/gm)).toBeNull();
  expect(table.split("\n").filter((line) => line.endsWith("\\\\"))).toHaveLength(
    STUDY.space.length + 1,
  );
});

test("the same study is the same bytes, in every format", async () => {
  const study = makeExportedStudy();
  for (const format of [
    "csv",
    "json",
    "jsonl",
    "parquet",
    "optuna",
    "markdown",
    "latex",
  ] satisfies ReportFormatName[]) {
    const [one, other] = [await exportStudy(study, format), await exportStudy(study, format)];
    expect([format, Buffer.from(one.made).equals(Buffer.from(other.made))]).toEqual([format, true]);
  }
});
