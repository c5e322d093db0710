import type { ParameterValue, SearchSpace } from "../../core/study.ts";
import type { TrialOutcome } from "../../stats/outcome.ts";
import { codeParameter } from "../../stats/parameter-column.ts";
import type { PageImportance, PageParameter } from "../../stats/report-page.ts";
import type { StudyReport } from "../../stats/study-report.ts";
import { showName, showText } from "./text-table.ts";

/** Length of a value that a page shows. */
const MAX_VALUE_LENGTH = 200;

/** Parameters of trials: those that matter most first, then the others that vary, then what all have in common. */
export function tabulateParameters(
  outcomes: readonly TrialOutcome[],
  { parameters, varying, searched }: StudyReport,
  space: SearchSpace,
): readonly PageParameter[] {
  const rows = outcomes.map(({ params }) => params);
  const told = new Set<string>();
  for (const params of rows) for (const name of Object.keys(params)) told.add(name);
  const first = [...parameters.map(({ name }) => name), ...varying, ...searched];
  const names = [...new Set([...first.filter((name) => told.has(name)), ...[...told].sort()])];
  const logs = new Set(
    space.flatMap(({ name, distribution }) =>
      distribution.kind !== "categorical" && distribution.log ? [name] : [],
    ),
  );
  return names
    .map((name) => {
      const { values, codes } = codeParameter(rows, name);
      const varies = values.length > 1 || codes.includes(-1);
      return {
        name: showName(name),
        values: values.map(showValue),
        codes,
        varies,
        isLog: logs.has(name),
      };
    })
    .sort((a, b) => Number(b.varies) - Number(a.varies));
}

function showValue(value: ParameterValue): ParameterValue {
  return typeof value === "string" ? showText(value, MAX_VALUE_LENGTH) : value;
}

/** The most important first. */
export function listImportance({ parameters }: StudyReport): readonly PageImportance[] {
  return parameters.map(({ name, importance }) => ({
    parameter: showName(name),
    share: importance?.share ?? null,
    isBeyondChance: importance?.isBeyondChance ?? false,
  }));
}
