import { formatCount, formatDuration, formatMemory, plural } from "../core/quantities.ts";
import { type Amount, formatAmount } from "../stats/ledger/cost.ts";
import type { Ledger } from "../stats/ledger/ledger.ts";
import type { AskedAndUsed } from "../stats/ledger/requests.ts";

/**
 * What a study has cost, and how that compares with one job on one machine: two lines of at most 100 columns, or one
 * where nothing has run.
 */
export function formatLedgerLines(ledger: Ledger): string[] {
  return ledger.speedUp === null
    ? ["Nothing has run: nothing was spent"]
    : [describeCost(ledger), describeSpeedUp(ledger.speedUp)];
}

function describeCost({ used, saved, wasted }: Ledger): string {
  const wastes = [wasted.failed, wasted.repeated, wasted.lost];
  const early = saved.pruned + saved.skipped;
  const waste = sumUp(wastes.map(({ cpu }) => cpu));
  const isWasted = wastes.some(({ attempts }) => attempts > 0);
  const parts = [
    `${formatAmount(used.cpu)} asked for, ${formatAmount(used.measuredCpu)} used`,
    ...(used.gpu.hours === 0 ? [] : [`GPU ${formatAmount(used.gpu)}`]),
    ...(early === 0 ? [] : [`pruning saved ${formatAmount(saved.cpu)}`]),
    isWasted ? `wasted ${formatAmount(waste)}${shareOf(waste, used.cpu)}` : "nothing wasted",
  ];
  return fitLine(`CPU time: ${parts.join("; ")}`);
}

const COLUMNS = 100;

/** What makes a line shorter, one after another, until it fits. */
const SHORTER: readonly (readonly [RegExp, string])[] = [
  [/at least /g, "≥"],
  [/ \((?:<1|\d+) %\)$/, ""],
  [/^CPU time: /, "CPU: "],
  [/ asked for/, " asked"],
  [/ on one such machine/, ""],
];

function fitLine(line: string): string {
  let shorter = line;
  for (const [what, by] of SHORTER)
    if (shorter.length > COLUMNS) shorter = shorter.replace(what, by);
  return shorter.slice(0, COLUMNS);
}

function sumUp(amounts: readonly Amount[]): Amount {
  const known = amounts.flatMap(({ hours }) => hours ?? []);
  const unknown = amounts.reduce((sum, amount) => sum + amount.unknown, 0);
  const hours = known.reduce((sum, each) => sum + each, 0);
  return { hours: known.length < amounts.length && hours === 0 ? null : hours, unknown };
}

function shareOf(part: Amount, whole: Amount): string {
  if (part.hours === null || whole.hours === null || whole.hours === 0) return "";
  return ` (${formatShare(part.hours / whole.hours)})`;
}

function formatShare(share: number): string {
  const percent = share * 100;
  return percent > 0 && percent < 1 ? "<1 %" : `${Math.round(percent)} %`;
}

function describeSpeedUp(speedUp: NonNullable<Ledger["speedUp"]>): string {
  const { oneJobSeconds, seconds, factor, busySeconds, busyFactor, slots } = speedUp;
  const hasBreaks = busySeconds < seconds * 0.9;
  const breaks = hasBreaks ? ` (${formatFactor(busyFactor)} while at work)` : "";
  const here = `here ${formatTime(seconds)}, ${formatCount(slots)} at once: ${formatFactor(factor)} times as fast`;
  return fitLine(`One job on one such machine: ${formatTime(oneJobSeconds)}; ${here}${breaks}`);
}

/** Longer than anybody waits: a file may claim anything. */
const LONGEST_DAYS = 99_999;

function formatTime(seconds: number): string {
  return seconds > LONGEST_DAYS * 86_400
    ? `>${formatCount(LONGEST_DAYS)}d`
    : formatDuration(seconds);
}

function formatFactor(factor: number): string {
  return factor >= 10 ? formatCount(Math.round(factor)) : factor.toFixed(1);
}

/** A line for each request that elements made, and what was used of it. What the next ones need is the plan's to say. */
export function formatRequestLines({ requests }: Pick<Ledger, "requests">): string[] {
  return requests.map(({ memory, walltime }) => {
    const asked = `${formatMemory(memory.asked)} and ${formatDuration(walltime.asked)}`;
    const most = [formatMost(memory, formatMiB), formatMost(walltime, formatDuration)].join(
      " and ",
    );
    const ended = memory.ended + walltime.ended;
    return `Asked for ${asked}, used at most ${most}${ended > 0 ? `; ${plural(ended, "attempt")} wanted more` : ""}`;
  });
}

const formatMiB = (value: number): string => formatMemory(Math.ceil(value));

function formatMost({ most }: AskedAndUsed, format: (value: number) => string): string {
  return most === null ? "an unknown amount" : format(most);
}
