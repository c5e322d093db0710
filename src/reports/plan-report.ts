import type { ImpossibleShape, PlanReport, PlannedArrays } from "../app/plan/planned.ts";
import { formatDuration, formatMemory, plural } from "../core/quantities.ts";
import type { Parameters } from "../core/study.ts";

/** Reasons shown; the rest are in the JSON. */
const SHOWN_REASONS = 5;
/** Width of the first column. */
const LABEL_WIDTH = 10;

/** A plan for a person: counts first, then what was left out and why. */
export function formatPlan(plan: PlanReport): string {
  const { dataset, arrays, largest } = plan;
  const rows: [label: string, text: string][] = [
    ["study", `${plan.study}: ${plan.sampler}, ${plural(plan.replicates, "replicate")}`],
    ["data", dataset === null ? "the command's own" : describeDataset(dataset)],
    ["trials", `${count(plan.trials)}${describeLeftOut(plan)}`],
    [
      "planned",
      `${count(plan.planned)} in earlier rounds, ${count(plan.withResult)} with a result`,
    ],
    ["new", `${count(plan.newTrials)}${describeArrays(arrays)}`],
  ];
  if (arrays.elements > 0) rows.push(["at most", describeCost(arrays)], ...describeWork(plan));
  if (largest !== null) {
    rows.push(
      [
        "largest",
        `${count(largest.parameters)} parameters, ${formatFlops(largest.flopsPerExample)} per example, about ${formatMemory(largest.memoryMiB)}`,
      ],
      ["", formatParameters(largest.params)],
    );
  }
  const table = rows.map(([label, text]) => `${label.padEnd(LABEL_WIDTH)}${text}`);
  return [...table, ...describeImpossible(plan.impossible)].join("\n");
}

function describeDataset({ path, rows, holdout }: NonNullable<PlanReport["dataset"]>): string {
  return `${path}: ${count(rows)} rows, ${Number((holdout * 100).toPrecision(4))}% held out`;
}

function describeLeftOut({ proposed, impossible, repeated }: PlanReport): string {
  const left = impossible.reduce((sum, shape) => sum + shape.trials, 0);
  const parts = [
    ...(left > 0 ? [`${count(left)} impossible`] : []),
    ...(repeated > 0 ? [`${count(repeated)} that train the same as another`] : []),
  ];
  return parts.length === 0
    ? ""
    : `, of ${count(proposed)} proposed: ${parts.join(" and ")} left out`;
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
      : `${plural(maxArraySize, "element")}, the last of ${count(lastArrayElements)}`;
  const packed = rest.trialsPerElement > 1 ? `, ${rest.trialsPerElement} trials in each` : "";
  return ` in ${plural(arrays, "array")} of ${sizes}${packed}, on ${site}`;
}

function describeCost({
  coreHoursAtMost,
  elapsedSecondsAtMost,
  concurrencyLimit,
}: PlannedArrays): string {
  const hours = plural(Math.ceil(coreHoursAtMost), "core-hour");
  return `${hours}; ${formatDuration(elapsedSecondsAtMost)} with ${count(concurrencyLimit)} at once`;
}

/** Reckoned from the shapes; what is planned already is left out, and what early stopping may save. */
function describeWork({ newCoreHours, largest }: PlanReport): [label: string, text: string][] {
  if (newCoreHours === null) return [];
  const slowest = formatDuration(largest?.slowestCoreSeconds ?? 0);
  const work =
    newCoreHours < 10
      ? `${formatDuration(newCoreHours * 3600)} of one core`
      : plural(Math.ceil(newCoreHours), "core-hour");
  return [["about", `${work} by the shapes; the slowest trial ${slowest} on one core`]];
}

function describeImpossible(impossible: readonly ImpossibleShape[]): string[] {
  if (impossible.length === 0) return [];
  const shown = impossible
    .slice(0, SHOWN_REASONS)
    .flatMap(({ reason, trials, example }) => [
      `  ${count(trials)}: ${reason}`,
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
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

function formatFlops(flops: number): string {
  const [scale, unit] =
    flops >= 1e9 ? [1e9, "GFLOP"] : flops >= 1e6 ? [1e6, "MFLOP"] : [1e3, "kFLOP"];
  return `${(flops / scale).toFixed(1)} ${unit}`;
}

function count(number: number): string {
  return number.toLocaleString("en");
}
