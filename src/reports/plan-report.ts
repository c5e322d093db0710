import { toCell } from "./cells.ts";
import { formatValue } from "../core/parameter-value.ts";
import type { ImpossibleShape } from "../app/plan/tally.ts";
import type { PlannedArrays, PlanReport } from "../app/plan.ts";
import type { RequestAdvice } from "../app/plan/request-advice.ts";
import {
  formatCount,
  formatDuration,
  formatMemory,
  formatWalltime,
  plural,
} from "../core/quantities.ts";
import type { Parameters } from "../core/study.ts";

/** Reasons shown; the rest are in the JSON. */
const SHOWN_REASONS = 5;
/** Of an expression. */
const LINE_WIDTH = 100;
/** Width of the first column. */
const LABEL_WIDTH = 10;

/** A plan for a person: counts first, then what was left out and why. */
export function formatPlan(plan: PlanReport): string {
  const { dataset, arrays, largest } = plan;
  const rows: [label: string, text: string][] = [
    ["study", `${plan.study}: ${plan.sampler}, ${plural(plan.replicates, "replicate")}`],
    ["data", dataset === null ? "the command's own" : describeDataset(dataset)],
    ["trials", `${formatCount(plan.trials)}${describeLeftOut(plan)}`],
    [
      "planned",
      `${formatCount(plan.planned)} in earlier rounds, ${formatCount(plan.withResult)} with a result`,
    ],
    ["new", `${formatCount(plan.newTrials)}${describeArrays(arrays)}`],
  ];
  if (arrays.elements > 0) rows.push(["at most", describeCost(arrays)], ...describeWork(plan));
  if (largest !== null) {
    rows.push(
      [
        "largest",
        `${plural(largest.parameters, "parameter")}, ${formatFlops(largest.flopsPerExample)} per example, about ${formatMemory(largest.memoryMiB)}`,
      ],
      ["", formatParameters(largest.params)],
    );
  }
  if (plan.request !== null) rows.push(...describeRequest(plan.request));
  const table = rows.map(([label, text]) => `${label.padEnd(LABEL_WIDTH)}${text}`);
  return [
    ...table,
    ...describeExcluded(plan.excluded),
    ...describeImpossible(plan.impossible),
  ].join("\n");
}

function describeDataset(dataset: NonNullable<PlanReport["dataset"]>): string {
  const { path, rows, holdout, trainingRows } = dataset;
  const used =
    trainingRows === null ? "" : `, trained on ${formatCount(trainingRows)} of the others`;
  return `${path}: ${plural(rows, "row")}, ${Number((holdout * 100).toPrecision(4))} % held out${used}`;
}

function describeLeftOut({ proposed, impossible, repeated }: PlanReport): string {
  const left = impossible.reduce((sum, shape) => sum + shape.trials, 0);
  const parts = [
    ...(left > 0 ? [`${formatCount(left)} impossible`] : []),
    ...(repeated > 0 ? [`${formatCount(repeated)} that train the same as another`] : []),
  ];
  return parts.length === 0
    ? ""
    : `, of ${formatCount(proposed)} proposed: ${parts.join(" and ")} left out`;
}

function describeArrays({
  site,
  arrays,
  lastArrayElements,
  maxArraySize,
  ...rest
}: PlannedArrays): string {
  if (arrays === 0) return "";
  const sizes =
    arrays === 1
      ? plural(lastArrayElements, "element")
      : `${plural(maxArraySize, "element")}, the last of ${formatCount(lastArrayElements)}`;
  const packed =
    rest.trialsPerElement > 1 ? `, ${plural(rest.trialsPerElement, "trial")} in each` : "";
  return ` in ${plural(arrays, "array")} of ${sizes}${packed}, on ${site}`;
}

function describeCost({ coreHoursAtMost, elapsedSecondsAtMost, atOnce }: PlannedArrays): string {
  const hours = plural(Math.ceil(coreHoursAtMost), "core-hour");
  return `${hours}, over in ${formatDuration(elapsedSecondsAtMost)} with ${formatCount(atOnce)} at once`;
}

/** Reckoned from the shapes; what is planned already is left out, and what early stopping may save. */
function describeWork({ newCoreHours, largest }: PlanReport): [label: string, text: string][] {
  if (newCoreHours === null) return [];
  const slowest = formatDuration(largest?.slowestCoreSeconds ?? 0);
  const work =
    newCoreHours < 10
      ? `${formatDuration(newCoreHours * 3600)} of one core`
      : plural(Math.ceil(newCoreHours), "core-hour");
  return [["about", `${work}, reckoned from the networks; the slowest trial ${slowest}`]];
}

function describeRequest(request: RequestAdvice): [label: string, text: string][] {
  const { trials, enough, asked, fitting, unlike, cost, warnings } = request;
  const ended = `${plural(trials, "trial")} that ${trials === 1 ? "has" : "have"} ended`;
  if (fitting === null)
    return [
      ["fitting", `not known by ${ended}: at least ${enough} must tell what nearly all need`],
    ];
  const isAsked = Object.entries(fitting).every(
    ([key, value]) => asked[key as keyof typeof asked] === value,
  );
  const first = isAsked
    ? "what is asked for"
    : `resources: { ${formatResources(fitting)} } would hold`;
  return [
    ["fitting", `${first}${isAsked ? " holds" : ""} 99 % of the elements, by ${ended}`],
    [
      "",
      `asked for ${formatMemory(asked.memoryMiB)} and ${formatAsked(asked.walltimeSeconds)}${describeRequestCost(cost)}`,
    ],
    ...(unlike === 0
      ? []
      : [
          ["", `${plural(unlike, "new trial")} unlike any of these may need more`] as [
            string,
            string,
          ],
        ]),
    ...warnings.map((line): [string, string] => ["", line]),
  ];
}

const formatAsked = (seconds: number): string =>
  seconds % 60 === 0 ? formatWalltime(seconds) : formatDuration(seconds);

/** As a study file has them. */
function formatResources({
  memoryMiB,
  walltimeSeconds,
}: NonNullable<RequestAdvice["fitting"]>): string {
  return [
    ...(memoryMiB === undefined ? [] : [`memory: ${formatMemory(memoryMiB)}`]),
    ...(walltimeSeconds === undefined ? [] : [`walltime: ${formatWalltime(walltimeSeconds)}`]),
  ].join(", ");
}

function describeRequestCost(cost: RequestAdvice["cost"]): string {
  if (cost === null) return "";
  const { memoryMiB, walltimeSeconds, idleGiBHours, medianWaitSeconds } = cost;
  const used = [
    ...(memoryMiB === null ? [] : [formatMemory(Math.ceil(memoryMiB))]),
    ...(walltimeSeconds === null ? [] : [formatDuration(walltimeSeconds)]),
  ].join(" and ");
  return [
    `, used at most ${used}`,
    ...(idleGiBHours < 0.05 ? [] : [`${formatTenth(idleGiBHours)} GB-hours of memory idle`]),
    ...(medianWaitSeconds === null
      ? []
      : [`elements waited ${formatDuration(medianWaitSeconds)} (median)`]),
  ].join("; ");
}

const formatTenth = (value: number): string =>
  value < 10 ? value.toFixed(1) : formatCount(Math.round(value));

/** What each constraint leaves out, by one that breaks it. */
function describeExcluded(excluded: PlanReport["excluded"]): string[] {
  if (excluded === null) return [];
  const { combinations, isAll, constraints } = excluded;
  const left = constraints.reduce((sum, each) => sum + each.combinations, 0);
  const show = (count: number): string =>
    isAll ? formatCount(count) : `about ${formatShare(count / combinations)}`;
  const of = isAll ? plural(combinations, "combination") : "what is drawn";
  return [
    "",
    left === 0
      ? `left out by constraints: none of ${of}`
      : `left out by constraints: ${show(left)} of ${of}`,
    ...constraints.flatMap(({ expression, combinations: count, example }) => [
      `  ${count === 0 ? "none" : show(count)}: ${toCell(expression, LINE_WIDTH)}`,
      ...(example === null ? [] : [`    such as ${formatParameters(example)}`]),
    ]),
  ];
}

const formatShare = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

function describeImpossible(impossible: readonly ImpossibleShape[]): string[] {
  if (impossible.length === 0) return [];
  const shown = impossible
    .slice(0, SHOWN_REASONS)
    .flatMap(({ reason, trials, example }) => [
      `  ${formatCount(trials)}: ${reason}`,
      `    such as ${formatParameters(example)}`,
    ]);
  const more = impossible.length - SHOWN_REASONS;
  return [
    "",
    "impossible networks",
    ...shown,
    ...(more > 0 ? [`  and ${plural(more, "other reason")}`] : []),
  ];
}

function formatParameters(params: Parameters): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${formatValue(value)}`)
    .join(", ");
}

function formatFlops(flops: number): string {
  const [scale, unit] =
    flops >= 1e9 ? [1e9, "GFLOP"] : flops >= 1e6 ? [1e6, "MFLOP"] : [1e3, "kFLOP"];
  return `${(flops / scale).toFixed(1)} ${unit}`;
}
