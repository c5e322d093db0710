import { formatCount, formatDuration, formatValue, plural } from "../core/quantities.ts";
import type { ArrayStatus, CanaryStatus, StateCounts, StudyStatus } from "../app/status.ts";
import { DONE_KINDS, LIVELY_KINDS, type StandingKind } from "../core/standing.ts";
import { schedulerOf } from "../schedulers/index.ts";
import { drawTable, numberColumns, toCell } from "./cells.ts";

const BAR_CELLS = 40;
const MAX_REASON_LENGTH = 100;
/** An error that an element ends with says at its end what is wrong. */
const MAX_MESSAGE_LENGTH = 240;
const MAX_ARRAYS = 40;
const MAX_REASONS = 8;

/** In the order in which a person wants to read them. */
const SHOWN_KINDS: readonly StandingKind[] = [
  ...(["complete", "pruned", "running", "suspended", "waiting", "held", "not submitted"] as const),
  ...(["ending", "skipped", "unknown", "failed", "lost", "cancelled", "missing"] as const),
];

const WORDS: Partial<Readonly<Record<StandingKind, string>>> = { ending: "waiting for file" };

/** How a study stands, for a person. */
export function formatStatus(status: StudyStatus): string {
  const sections = [
    headline(status),
    arraySection(status),
    waitingSection(status),
    failureSection(status),
    unaskedSection(status),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

/** `12 complete, 3 running, 1 lost`: what there is, nothing else. */
function formatCounts(counts: StateCounts): string {
  const parts = SHOWN_KINDS.filter((kind) => counts[kind] > 0).map(
    (kind) => `${formatCount(counts[kind])} ${wordOf(kind)}`,
  );
  return parts.join(", ");
}

/** One line, as a log of a script wants it. */
export function formatProgressLine(status: StudyStatus): string {
  const best = status.best === null ? [] : [`best so far: ${describeBest(status)}`];
  const left =
    status.secondsLeft === null ? [] : [`about ${formatDuration(status.secondsLeft)} left`];
  const counts = `${formatCounts(status.counts)} of ${plural(status.trials, "trial")}`;
  return [counts, ...best, ...left].join("; ");
}

function wordOf(kind: StandingKind): string {
  return WORDS[kind] ?? kind;
}

function headline(status: StudyStatus): string {
  const { study, trials, counts, canary } = status;
  const ended = [...DONE_KINDS].reduce((sum, kind) => sum + counts[kind], 0);
  const done = trials === 0 ? 0 : ended / trials;
  const filled = Math.floor(done * BAR_CELLS);
  const bar = `${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)}`;
  return [
    `${study}, ${plural(trials, "trial")}: ${formatCounts(counts)}`,
    `${bar} ${(done * 100).toFixed(1)} % ${ended === counts.complete ? "complete" : "done"}`,
    ...(status.best === null ? [] : [`Best so far: ${describeBest(status)}`]),
    describePace(status),
    ...(canary === null ? [] : [describeCanary(canary)]),
    ...status.skipped.map(
      ({ reason, trials: count }) =>
        `Skipped, ${plural(count, "trial")}: ${toCell(reason, MAX_REASON_LENGTH)}`,
    ),
    ...(status.paused === null
      ? []
      : [`Paused (${toCell(status.paused, MAX_REASON_LENGTH)}): nothing more is submitted`]),
  ].join("\n");
}

/** It is told until its trial is complete. */
function describeCanary({ round, number, state }: CanaryStatus): string {
  const isOver = !LIVELY_KINDS.has(state) && state !== "not submitted";
  const then = isOver ? "did not start" : "wait until it is complete";
  return `Canary of round ${round}: trial ${number}, ${wordOf(state)}; arrays that were submitted with it ${then}`;
}

function describeBest({ best, objective }: StudyStatus): string {
  if (best === null) return "";
  const mean = best.replicates === 1 ? "" : `, mean of ${plural(best.replicates, "replicate")}`;
  return `trial ${best.number}, ${toCell(objective.metric)} ${formatValue(best.objective)}${mean}`;
}

function describePace({ throughput, secondsLeft, cpuHours }: StudyStatus): string {
  const pace =
    throughput === null
      ? []
      : [
          `${formatRate(throughput.trialsPerHour)} trials an hour over the last ${formatDuration(throughput.windowSeconds)}`,
        ];
  const left = secondsLeft === null ? [] : [`about ${formatDuration(secondsLeft)} left`];
  return [...pace, ...left, describeCpu(cpuHours)].join(", ");
}

function describeCpu(hours: number): string {
  return hours < 0.1
    ? `${formatDuration(hours * 3600)} of CPU time used`
    : `${hours.toFixed(1)} CPU-hours used`;
}

function formatRate(perHour: number): string {
  return perHour >= 10 ? formatCount(Math.round(perHour)) : perHour.toFixed(1);
}

function arraySection({ arrays, counts }: StudyStatus): string {
  const interesting = arrays.filter(({ counts: own, trials }) => own.complete < trials);
  const shown = arrays.length <= MAX_ARRAYS ? arrays : interesting.slice(0, MAX_ARRAYS);
  const kinds = SHOWN_KINDS.filter((kind) => counts[kind] > 0);
  const retried = shown.some((array) => array.retried > 0);
  const titles = ["round", "array", "job", "trials", ...kinds.map(wordOf)];
  const columns = numberColumns(...titles, ...(retried ? ["retried"] : []));
  const rows = shown.map((array) => arrayRow(array, kinds, retried));
  const rest = arrays.length - shown.length;
  return [
    drawTable(columns, rows),
    ...(rest > 0 ? [`${plural(rest, "more array")}; --json lists them all`] : []),
  ].join("\n");
}

function arrayRow(
  { round, array, job, trials, counts, retried }: ArrayStatus,
  kinds: readonly StandingKind[],
  hasRetried: boolean,
): readonly string[] {
  const count = (number: number): string => (number === 0 ? "" : formatCount(number));
  return [
    ...[String(round), String(array), job ?? "-", formatCount(trials)],
    ...kinds.map((kind) => count(counts[kind])),
    ...(hasRetried ? [count(retried)] : []),
  ];
}

function waitingSection({ waiting }: StudyStatus): string {
  if (waiting.length === 0) return "";
  const columns = [...numberColumns("trials"), { title: "wait because" }];
  const rows = waiting
    .slice(0, MAX_REASONS)
    .map(({ reason, trials }) => [formatCount(trials), toCell(reason, MAX_REASON_LENGTH)]);
  const rest = waiting.length - MAX_REASONS;
  return [
    drawTable(columns, rows),
    ...(rest > 0 ? [`${plural(rest, "more reason")}; --json lists them all`] : []),
  ].join("\n");
}

function failureSection({ failures }: StudyStatus): string {
  if (failures.length === 0) return "";
  const lines = failures.map(({ kind, trials, example: { number, message, log, logEnd } }) => {
    const what = `${kind}: ${plural(trials, "trial")}, for example trial ${number}: ${toCell(message, MAX_MESSAGE_LENGTH)}`;
    return [
      what,
      ...(log === "" ? [] : [`  log: ${toCell(log, 4096)}`]),
      ...(logEnd === "" ? [] : [`  it ends with: ${toCell(logEnd, MAX_MESSAGE_LENGTH)}`]),
    ].join("\n");
  });
  return lines.join("\n");
}

/** What a scheduler said may be long; `--json` has it whole. */
const MAX_QUOTED_LINES = 6;

function unaskedSection({ unasked }: StudyStatus): string {
  return unasked
    .map(({ scheduler, message, hint }) => {
      const { title } = schedulerOf({ scheduler });
      const lines = message.split("\n");
      return [
        `${title} could not be asked: ${lines.slice(0, MAX_QUOTED_LINES).join("\n")}`,
        ...(lines.length > MAX_QUOTED_LINES ? ["  ..."] : []),
        ...(hint === "" ? [] : [`  hint: ${hint}`]),
      ].join("\n");
    })
    .join("\n");
}
