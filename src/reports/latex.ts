import type { StudyReport } from "../stats/study-report.ts";
import { toCell } from "./cells.ts";
import { rankingSection } from "./ranking.ts";
import type { SectionOptions, TextTable } from "./section.ts";

/**
 * The ranking as a table of a paper: an environment `table` for the package booktabs alone. Text beyond what the document's
 * engine and fonts have, such as CJK, needs LuaLaTeX or XeLaTeX. Numbers are set as they are, aligned to the right.
 */
export function formatReportLatex(report: StudyReport, options: SectionOptions): string {
  const { study, objective } = report;
  const { table, notes } = rankingSection(report, options);
  const best = objective.direction === "maximize" ? "highest" : "lowest";
  const caption = [`${study}: trials by ${toCell(objective.metric)}, ${best} first.`, ...notes];
  return [
    "% \\usepackage{booktabs}",
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${caption.map((line) => escapeLatex(line)).join(" ")}}`,
    ...(table === null ? ["  % no trial is ranked yet"] : formatTabular(table)),
    "\\end{table}",
    "",
  ].join("\n");
}

function formatTabular({ columns, rows }: TextTable): readonly string[] {
  const layout = columns.map(({ align }) => (align === "right" ? "r" : "l")).join("");
  return [
    `  \\begin{tabular}{${layout}}`,
    "    \\toprule",
    formatRow(columns.map(({ title }) => toCell(title))),
    "    \\midrule",
    ...rows.map(formatRow),
    "    \\bottomrule",
    "  \\end{tabular}",
  ];
}

function formatRow(cells: readonly string[]): string {
  return `    ${cells.map(escapeLatex).join(" & ")} \\\\`;
}

/** Characters that mean something to LaTeX, or that its fonts join to others: `--`, `<<`, `` ?` ``. */
const SPECIAL: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "&": "\\&",
  "%": "\\%",
  $: "\\$",
  "#": "\\#",
  _: "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  // Not as it is: an accent to come, in documents in German.
  '"': "\\symbol{34}",
  "'": "\\textquotesingle{}",
  "`": "\\textasciigrave{}",
  // An optional argument or a star, where it comes after the end of a row.
  "[": "{[}",
  "]": "{]}",
  "*": "{*}",
  "--": "-{}-",
};

/** Text as LaTeX that shows it; the sign of a number as a minus. */
function escapeLatex(text: string): string {
  if (/^-\d/.test(text)) return `$-$${escapeLatex(text.slice(1))}`;
  return text.replace(/[\\{}&%$#_~^<>|"'`[\]*]|--/g, (found) => SPECIAL[found] ?? found);
}
