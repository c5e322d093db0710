import { formatDuration, formatMemory, plural, spaceThousands } from "../../core/quantities.ts";
import { type Cost, formatAmount } from "../../stats/ledger/cost.ts";
import type { Ledger } from "../../stats/ledger/ledger.ts";
import type { AskedAndUsed, RequestUse } from "../../stats/ledger/requests.ts";
import type { LedgerLine } from "../../stats/report-page.ts";

/** What a study has cost, a line for each question; none where nothing has run. */
export function listLedger(ledger: Ledger): readonly LedgerLine[] {
  const { used, saved, wasted, requests } = ledger;
  if (ledger.slots === null) return [];
  const early = saved.pruned + saved.skipped;
  const lines = [
    line(
      "Processor time asked for",
      formatAmount(used.cpu),
      `Cores times the time from start to end, of ${plural(used.attempts, "attempt")}: what others could not have meanwhile`,
    ),
    line(
      "Processor time used",
      formatAmount(used.measuredCpu),
      "Time that cores were busy, as the operating system counted it",
    ),
    used.gpu.hours !== 0 &&
      line("GPU time asked for", formatAmount(used.gpu), "GPUs times time from start to end"),
    early > 0 &&
      line(
        "Saved by stopping early",
        formatAmount(saved.cpu),
        `Processor time that ${plural(early, "trial")} would have taken to the end`,
      ),
    ...listWaste(wasted),
    ...requests.flatMap(listRequest),
    ...listTimes(ledger),
  ];
  return lines.filter((each) => each !== false);
}

function listWaste({ failed, repeated, lost }: Ledger["wasted"]): readonly LedgerLine[] {
  const show = (label: string, cost: Cost, what: string): LedgerLine[] =>
    cost.attempts === 0
      ? []
      : [line(label, formatAmount(cost.cpu), `${plural(cost.attempts, "attempt")} ${what}`)];
  return [
    ...show("Spent on failures", failed, "that failed: processor time asked for"),
    ...show("Spent twice", repeated, "of trials that were done already"),
    ...show("Lost", lost, "that were cancelled, killed or lost before they left a result"),
  ];
}

function listRequest(use: RequestUse): readonly LedgerLine[] {
  const { request, attempts, memory, walltime } = use;
  const who = `${plural(attempts, "attempt")} with ${plural(request.cpus, "core")} each`;
  const explain = ({ most, ended }: AskedAndUsed, format: (value: number) => string) =>
    [
      `${who}; the most that was used is ${most === null ? "not known" : format(most)}`,
      ...(ended > 0 ? [`${plural(ended, "attempt")} wanted more`] : []),
      "bsweep plan says what the next ones need",
    ].join("; ");
  const formatMiB = (value: number): string => formatMemory(Math.ceil(value));
  return [
    line("Memory asked for", formatMiB(memory.asked), explain(memory, formatMiB)),
    line("Wall time asked for", formatDuration(walltime.asked), explain(walltime, formatDuration)),
  ];
}

function listTimes({ waiting, slots, speedUp, bests }: Ledger): readonly LedgerLine[] {
  const best = bests.at(-1);
  const { medianSeconds, longestSeconds } = waiting;
  const lines = [
    medianSeconds !== null &&
      longestSeconds !== null &&
      line(
        "Waiting in queues",
        formatDuration(medianSeconds),
        `The median of ${plural(waiting.elements, "element")}, from submission to start; the longest ${formatDuration(longestSeconds)}`,
      ),
    slots !== null &&
      line(
        "At once",
        slots.mean.toFixed(1),
        `Trials, on the average while any ran; ${slots.peak} at the most`,
      ),
    speedUp !== null &&
      line(
        "Faster than one job on one such machine",
        `${speedUp.factor.toFixed(1)} times`,
        `One after another: ${formatDuration(speedUp.oneJobSeconds)}; here, from the first start to the last end: ${formatDuration(speedUp.seconds)}`,
      ),
    best?.cpuHours != null &&
      line(
        "Until the best was found",
        formatAmount({ hours: best.cpuHours, unknown: 0 }),
        `Processor time asked for by ${plural(best.attempts, "attempt")}, and by what ran meanwhile`,
      ),
  ];
  return lines.filter((each) => each !== false);
}

function line(label: string, value: string, explanation: string): LedgerLine {
  return { label, value: spaceThousands(value), explanation: spaceThousands(explanation) };
}
