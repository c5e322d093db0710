import type { StudyReport } from "../stats/study-report.ts";
import { toCell } from "./cells.ts";
import type { Section, SectionOptions, TextTable } from "./section.ts";
import { describeReport } from "./sections.ts";

/**
 * The report for a notebook or a merge request: paragraphs and tables of GitHub Flavored Markdown
 * (https://github.github.com/gfm). Text of files is text: no markup, no HTML, no mathematics.
 */
export function formatReportMarkdown(report: StudyReport, options: SectionOptions): string {
  const title = `## ${escapeMarkdown(report.study)}`;
  const parts = [title, ...describeReport(report, options).flatMap(formatSection)];
  return `${parts.join("\n\n")}\n`;
}

function formatSection({ lead, table, notes, code }: Section): readonly string[] {
  return [
    ...lead.map(escapeMarkdown),
    ...(table === null ? [] : [formatTable(table)]),
    ...notes.map(escapeMarkdown),
    ...(code === undefined ? [] : [formatCode(code)]),
  ];
}

/** Between fences that are longer than any run of backquotes in it. */
function formatCode(code: string): string {
  const runs = code.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(3, ...runs.map(({ length }) => length + 1)));
  return `${fence}yaml\n${code.trimEnd()}\n${fence}`;
}

function formatTable({ columns, rows }: TextTable): string {
  return [
    formatRow(columns.map(({ title }) => toCell(title))),
    `|${columns.map(({ align }) => (align === "right" ? " ---: |" : " --- |")).join("")}`,
    ...rows.map(formatRow),
  ].join("\n");
}

function formatRow(cells: readonly string[]): string {
  return `| ${cells.map(escapeMarkdown).join(" | ")} |`;
}

/** What means something anywhere in a line: a backslash makes any punctuation of ASCII itself (section 2.4 there). */
const MARKUP = /[\\`*_{}[\]<>#|~$&]/g;

/** A line of text as Markdown that shows it, and begins no list, no heading and no block of code. */
function escapeMarkdown(text: string): string {
  return text
    .replace(MARKUP, (found) => `\\${found}`)
    .replace(/^[-+=]/, "\\$&")
    .replace(/^(\d+)([.)])/, "$1\\$2")
    .replace(/^\s/, "&#32;");
}
