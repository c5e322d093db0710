import type { ShownTrial } from "../app/show.ts";
import type { ShownAttempt } from "../app/show/attempts.ts";
import { countIn } from "../core/ranges.ts";
import type { Choice } from "../core/search.ts";
import type { Standing } from "../core/standing.ts";
import { formatCount, formatDuration, formatValue, plural } from "../core/quantities.ts";
import { countsEpochs, isOpen, type Metrics, type StepRecord } from "../core/trial.ts";
import { CANARY } from "../workspace/layout.ts";
import { formatParameter, toCell } from "./cells.ts";
import { formatInterval } from "./ranking.ts";
import { COLUMNS, drawSparkline, wrapParts, wrapText } from "./lines.ts";

const MAX_TEXT_LENGTH = 1000;
const SPARKLINE_CELLS = 40;
const MAX_REPLICATES = 20;
/** Of a metric beside its sparkline. */
const MAX_NAME_LENGTH = 24;

/** Everything about one trial, for a person. */
export function formatTrial(trial: ShownTrial): string {
  const sections = [
    headline(trial),
    parameterSection(trial),
    metricSection(trial),
    stepSection(trial),
    attemptSection(trial),
    replicateSection(trial),
    fileSection(trial),
    logSection(trial),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function headline(trial: ShownTrial): string {
  const { study, number, trialId, state, why, setting, outside, warnings } = trial;
  const parts = [describeState(state), ...describeRank(trial)];
  const isOther = setting.differences.length > 0;
  return [
    wrapParts(`${study}, trial ${number} (${trialId}): `, parts),
    ...(why === null ? [] : [wrapText(`Why: ${toCell(why, MAX_TEXT_LENGTH)}`)]),
    ...(isOther
      ? [wrapText(`Of another setting: ${toCell(setting.differences.join(", "), MAX_TEXT_LENGTH)}`)]
      : []),
    ...(outside === null
      ? []
      : [
          wrapText(
            `None of the study as it is now, which has not: ${toCell(outside, MAX_TEXT_LENGTH)}`,
          ),
        ]),
    ...warnings.map((warning) => wrapText(`Odd: ${toCell(warning, MAX_TEXT_LENGTH)}`)),
  ].join("\n");
}

function describeState(state: Standing): string {
  switch (state.kind) {
    case "running": {
      const time = state.seconds === null ? "" : ` for ${formatDuration(state.seconds)}`;
      return `running${time}${state.host === "" ? "" : ` on ${toCell(state.host)}`}`;
    }
    case "failed":
      return `failed: ${state.failure}`;
    case "lost":
      return state.cause === "other" ? "lost" : `lost: ${state.cause}`;
    case "ending":
      return "waiting for its file";
    default:
      return state.kind;
  }
}

function describeRank({ rank, objective, metrics }: ShownTrial): string[] {
  const { metric } = objective;
  const own = Object.hasOwn(metrics, metric)
    ? [`${toCell(metric)} ${formatValue(metrics[metric] ?? NaN)}`]
    : [];
  if (rank === null) return own;
  const { interval } = rank;
  const range = interval === null ? "" : ` (95 %: ${formatInterval(interval)})`;
  const place = `rank ${formatCount(rank.rank)} of ${formatCount(rank.of)}`;
  const unmet = (rank.unmet ?? []).map((each) => `does not meet ${toCell(each)}`);
  if (rank.replicates === 1) return [...own.map((text) => `${text}${range}`), place, ...unmet];
  const mean = `mean of ${plural(rank.replicates, "replicate")} ${formatValue(rank.objective)}`;
  return [...own, `${mean}${range}`, place, ...unmet];
}

function parameterSection(trial: ShownTrial): string {
  const { params, epochs, replicate, seed, setting } = trial;
  const own = Object.entries(params).map(
    ([name, value]) => `${toCell(name)} ${formatParameter(value)}`,
  );
  const identity = [
    ...(countsEpochs(epochs) ? [plural(epochs, "epoch")] : []),
    `replicate ${replicate}`,
    `seed ${seed}`,
    `setting ${toCell(setting.hash)}`,
    ...(trial.modelParameters === null ? [] : [`model of ${formatCount(trial.modelParameters)}`]),
  ];
  const lines = [
    wrapParts("Parameters: ", own.length === 0 ? [noneOf(trial)] : own),
    ...(trial.choice === null ? [] : [wrapText(`Chosen: ${describeChoice(trial.choice)}`)]),
    wrapParts("Trained for: ", identity),
  ];
  return lines.map((line) => line.split("\n").flatMap(cutLine).join("\n")).join("\n");
}

function noneOf(trial: ShownTrial): string {
  if (!isOpen(trial)) return "none";
  return trial.state.kind === "skipped"
    ? "none were chosen"
    : "not chosen yet: it chooses them when it starts";
}

function describeChoice({ sampler, seen, seconds, number }: Choice): string {
  const ended = Object.values(seen.ended).reduce((sum, ranges) => sum + countIn(ranges), 0);
  const known = `knowing how ${plural(ended, "attempt")} had ended, with ${countIn(seen.running)} running`;
  return `for trial ${number} by ${toCell(sampler.kind)}, ${known}, in ${seconds.toFixed(2)} s`;
}

/** A parameter's value, such as a path, may be wider than a line. */
function cutLine(line: string): string[] {
  return line.length <= COLUMNS ? [line] : wrapText(line.trimStart(), 2).split("\n");
}

function metricSection({ metrics, holdout }: ShownTrial): string {
  const told = Object.entries(metrics).map(
    ([name, value]) => `${toCell(name)} ${formatValue(value)}`,
  );
  if (told.length === 0) return "";
  const rows =
    holdout === null
      ? []
      : [`${formatCount(holdout.correct)} of ${formatCount(holdout.count)} hold-out rows right`];
  return wrapParts("Measured: ", [...told, ...rows]);
}

function stepSection({ steps }: ShownTrial): string {
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return "";
  const names = [...new Set(steps.flatMap(({ metrics }) => Object.keys(metrics)))];
  const width = Math.min(
    MAX_NAME_LENGTH,
    names.reduce((most, name) => Math.max(most, toCell(name, MAX_NAME_LENGTH).length), 0),
  );
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  const pace = seconds === 0 ? "" : `, ${formatDuration(seconds / steps.length)} each`;
  return [
    `Steps ${first.step} to ${last.step}${pace}:`,
    ...names.map((name) => describeCurve(name, width, steps)),
  ].join("\n");
}

/** A line: the curve, and its first, last and extreme values. */
function describeCurve(name: string, width: number, steps: readonly StepRecord[]): string {
  const values = steps.flatMap(({ metrics }) => valueOf(metrics, name));
  const [first = NaN] = values;
  const last = values.at(-1) ?? NaN;
  const curve = drawSparkline(values, SPARKLINE_CELLS).padEnd(
    Math.min(SPARKLINE_CELLS, steps.length),
  );
  return `  ${toCell(name, MAX_NAME_LENGTH).padEnd(width)}  ${curve}  ${formatValue(first)} → ${formatValue(last)}`;
}

function valueOf(metrics: Metrics, name: string): number[] {
  const value = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  return value === undefined ? [] : [value];
}

function attemptSection({ attempts }: ShownTrial): string {
  return attempts
    .map(({ attempt, elements, results }) => {
      // The canary's element may never have been submitted, and the array's was.
      const submitted = elements.filter(({ job }) => job !== null);
      const places = (submitted.length > 0 ? submitted : elements).map(describeElement).join("; ");
      const head = wrapText(`Attempt ${attempt}: ${places}`);
      const told = results.map(describeResult);
      return [head, ...(told.length === 0 ? ["  no result so far"] : told)].join("\n");
    })
    .join("\n");
}

function describeElement({
  round,
  array,
  index,
  job,
  submitter,
}: ShownAttempt["elements"][number]): string {
  const which = array === CANARY ? "canary" : `array ${array}, element ${index}`;
  const who = submitter === null ? "" : ` of ${toCell(submitter)}`;
  return `round ${round}, ${which}, ${job === null ? "no job" : `job ${job}${who}`}`;
}

function describeResult(result: ShownAttempt["results"][number]): string {
  const { state, failure, counts, host, user, startedAt, seconds, cpuSeconds } = result;
  const memory = result.peakMemoryMiB;
  const gpu = result.numerics?.gpu;
  const parts = [
    `${failure === null ? state : `${state}: ${failure}`}${counts ? "" : " (does not count)"}`,
    `${toCell(host)}${user === null ? "" : ` as ${toCell(user)}`}`,
    `${startedAt.slice(0, 19).replace("T", " ")} UTC`,
    formatDuration(seconds),
    cpuSeconds === null ? "CPU time unknown" : `${formatDuration(cpuSeconds)} of CPU time`,
    memory === null ? "memory unknown" : `${formatCount(Math.ceil(memory))} MiB at most`,
    ...(gpu === undefined ? [] : [`GPU ${toCell(gpu)}`]),
    `bsweep ${toCell(result.bsweep)}`,
  ];
  const early = describeEarlyEnd(result);
  // Of the one that counts it stands at the top.
  const message = (counts ? null : result.message) ?? early;
  return [
    wrapParts("  ", parts, 4),
    ...(message === null ? [] : [wrapText(toCell(message, MAX_TEXT_LENGTH), 4)]),
  ].join("\n");
}

function describeEarlyEnd({
  earlyEndReason: reason,
  earlyEndStep: step,
  earlyEndValue: value,
}: ShownAttempt["results"][number]): string | null {
  if (reason === null) return null;
  const at = step === null ? "never started" : `after step ${step}`;
  return `${at}${value === null ? "" : ` at ${formatValue(value)}`}: ${reason}`;
}

function replicateSection({ replicates, objective }: ShownTrial): string {
  if (replicates.length === 0) return "";
  const shown = replicates.slice(0, MAX_REPLICATES).map(({ number, state, metrics }) => {
    const value = Object.hasOwn(metrics, objective.metric) ? metrics[objective.metric] : undefined;
    const told = value === undefined ? "" : ` ${formatValue(value)}`;
    return `trial ${number} ${state ?? "without a result"}${told}`;
  });
  const rest = replicates.length - shown.length;
  const parts = [...shown, ...(rest > 0 ? [`${formatCount(rest)} more`] : [])];
  return wrapParts("Other replicates: ", parts);
}

/** Paths are left whole, to be copied. */
function fileSection({ files }: ShownTrial): string {
  if (files.length === 0) return "";
  return ["Files:", ...files.map(({ kind, path }) => `  ${kind}: ${toCell(path, 4096)}`)].join(
    "\n",
  );
}

function logSection({ logEnd }: ShownTrial): string {
  if (logEnd === null) return "";
  const lines = logEnd.lines.map((line) => wrapText(line.replaceAll("\t", "    "), 2));
  return [`Its log ends with:`, ...lines].join("\n");
}
