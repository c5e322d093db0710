import { formatValue } from "../../core/parameter-value.ts";
import type { ParameterValue, SearchSpace } from "../../core/study.ts";
import type { Share } from "../../stats/importance/share.ts";
import { codeParameters, isVarying } from "../../stats/parameter-column.ts";
import type {
  PageImportance,
  PagePair,
  PageParameter,
  PageShare,
} from "../../stats/report-page.ts";
import type { StudyReport } from "../../stats/study-report.ts";
import { showName, showText } from "./text-table.ts";
import type { PageTrials } from "./trials.ts";

/** Length of a value that a page shows. */
const MAX_VALUE_LENGTH = 200;

/** Parameters of trials: those that matter most first, then the others that vary, then what all have in common. */
export function tabulateParameters(
  { table, rows }: PageTrials,
  { parameters, varying, searched }: StudyReport,
  space: SearchSpace,
): readonly PageParameter[] {
  const logs = new Set(
    space.dimensions.flatMap(({ name, distribution }) =>
      distribution.kind !== "categorical" && distribution.log ? [name] : [],
    ),
  );
  const first = [...parameters.map(({ name }) => name), ...varying, ...searched];
  return codeParameters(rows.length, (place) => table.paramsOf(rows[place] ?? 0), first)
    .map((column) => ({
      name: showName(column.name),
      values: column.values.map(showValue),
      codes: column.codes,
      varies: isVarying(column),
      isLog: logs.has(column.name),
    }))
    .sort((a, b) => Number(b.varies) - Number(a.varies));
}

function showValue(value: ParameterValue): string | number | boolean {
  return typeof value === "number" || typeof value === "boolean"
    ? value
    : showText(formatValue(value), MAX_VALUE_LENGTH);
}

/** The most important first. */
export function listImportance({ parameters }: StudyReport): readonly PageImportance[] {
  return parameters.map(({ name, importance }) => ({
    parameter: showName(name),
    variance: importance === null ? null : showShare(importance.variance),
    best: importance === null ? null : showShare(importance.best),
  }));
}

/** Most pairs that a page shows. */
const MAX_PAIRS = 10;

export function listPairs({ pairs }: StudyReport): readonly PagePair[] {
  return pairs.slice(0, MAX_PAIRS).map(({ names: [first = "", second = ""], ...told }) => ({
    parameters: [showName(first), showName(second)],
    ...showShare(told),
  }));
}

function showShare({ share, interval: { low, high }, isBeyondChance }: Share): PageShare {
  return { share, low, high, isBeyondChance };
}
