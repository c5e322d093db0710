import type { ParameterSummary } from "../stats/summary.ts";
import type { StudyReport } from "../stats/study-report.ts";
import { drawTable, formatCount, formatParameter, formatValue, toCell } from "./cells.ts";

const RIGHT = { align: "right" } as const;

/** How each parameter that varies moves the objective, the one that matters most first. */
export function parameterSection({ parameters }: StudyReport): string[] {
  if (parameters.length === 0) return [];
  const columns = [
    { title: "parameter" },
    { title: "value", ...RIGHT },
    ...["trials", "best", "median", "mean"].map((title) => ({ title, ...RIGHT })),
  ];
  const rows = parameters.flatMap(({ name, values }) =>
    values.map((value, position) => [
      position === 0 ? toCell(name) : "",
      formatParameter(value.label),
      formatCount(value.trials),
      ...[value.best, value.median, value.mean].map(formatValue),
    ]),
  );
  return [[...describeImportance(parameters), drawTable(columns, rows)].join("\n")];
}

function describeImportance([first]: readonly ParameterSummary[]): string[] {
  if (first === undefined || first.etaSquared === null) return [];
  const how = "eta squared, one parameter at a time";
  const percent = Math.round(first.etaSquared * 100);
  if (percent < 1) return [`No parameter by itself explains 1 % of the variance (${how})`];
  return [
    `${toCell(first.name)} matters most: ${percent} % of the variance lies between its values (${how})`,
  ];
}

/** Failed trials by kind, with an example each. */
export function failureSection({ failures }: StudyReport, maxMessageLength: number): string[] {
  if (failures.length === 0) return [];
  const columns = [{ title: "failure" }, { title: "trials", ...RIGHT }, { title: "for example" }];
  const rows = failures.map(({ kind, trials, example }) => [
    kind,
    formatCount(trials),
    `trial ${example.number}: ${toCell(example.message, maxMessageLength)}`,
  ]);
  return [drawTable(columns, rows)];
}
