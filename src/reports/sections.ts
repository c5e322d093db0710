import { formatCount, formatValue } from "../core/quantities.ts";
import type { ParameterSummary } from "../stats/summary.ts";
import type { StudyReport } from "../stats/study-report.ts";
import { drawTable, formatParameter, numberColumns, toCell } from "./cells.ts";

/** How each parameter that varies moves the objective, the one that matters most first. */
export function parameterSection({ parameters }: StudyReport): string[] {
  if (parameters.length === 0) return [];
  const anyFailed = parameters.some(({ values }) => values.some(({ failed }) => failed > 0));
  const columns = [
    { title: "parameter" },
    ...numberColumns("value", "trials", ...(anyFailed ? ["failed"] : []), "best", "median", "mean"),
  ];
  const rows = parameters.flatMap(({ name, values }) =>
    values.map((value, position) => [
      position === 0 ? toCell(name) : "",
      formatParameter(value.label),
      formatCount(value.trials),
      ...(anyFailed ? [formatCount(value.failed)] : []),
      ...[value.best, value.median, value.mean].map((each) =>
        each === null ? "" : formatValue(each),
      ),
    ]),
  );
  return [[...describeImportance(parameters), drawTable(columns, rows)].join("\n")];
}

function describeImportance(parameters: readonly ParameterSummary[]): string[] {
  const how = "epsilon squared of one parameter at a time, tested by permutation";
  const [first] = parameters.filter(({ importance }) => importance?.isBeyondChance);
  const isTold = parameters.some(({ importance }) => importance !== null);
  if (!isTold) return ["Too few trials to tell which parameter matters"];
  if (first?.importance == null) return [`No parameter by itself matters beyond chance (${how})`];
  const percent = Math.round(first.importance.share * 100);
  return [
    `${toCell(first.name)} matters most: ${percent} % of the variance lies between its values (${how})`,
  ];
}

/** Failed trials by kind, with an example each. */
export function failureSection({ failures }: StudyReport, maxMessageLength: number): string[] {
  if (failures.length === 0) return [];
  const columns = [{ title: "failure" }, ...numberColumns("trials"), { title: "for example" }];
  const rows = failures.map(({ kind, trials, example }) => [
    kind,
    formatCount(trials),
    `trial ${example.number}: ${toCell(example.message, maxMessageLength)}`,
  ]);
  return [drawTable(columns, rows)];
}
