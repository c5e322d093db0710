import { formatCount, formatValue, plural } from "../core/quantities.ts";
import type { ReportedTieGroup } from "../stats/judge-best.ts";
import type { StudyReport } from "../stats/study-report.ts";
import { formatParameter, numberColumns, toCell } from "./cells.ts";
import { importanceSection } from "./importance.ts";
import { formatLedgerLines, formatRequestLines } from "./ledger.ts";
import { drawSparkline } from "./lines.ts";
import { formatInterval, rankingSection } from "./ranking.ts";
import { paretoSection } from "./pareto.ts";
import { describeRequirements } from "./requirements.ts";
import { searchSections } from "./search.ts";
import type { Section, SectionOptions } from "./section.ts";

/** The report for a person: what is done, the winner, the ranking, parameters, failures, cost; none is empty. */
export function describeReport(report: StudyReport, options: SectionOptions): readonly Section[] {
  return [
    { lead: [headline(report)], table: null, notes: [] },
    {
      lead: [...describeWinner(report), ...describeTrust(report), ...describeProgress(report)],
      table: null,
      notes: [],
    },
    paretoSection(report, options),
    rankingSection(report, options),
    importanceSection(report),
    valuesSection(report),
    ...nextSections(report),
    failureSection(report),
    ...searchSections(report, options),
    ...ledgerSections(report),
  ].filter(
    ({ lead, table, notes, code, isDetail }) =>
      (lead.length + notes.length > 0 || table !== null || code !== undefined) &&
      (options.details || isDetail !== true),
  );
}

function headline({ study, objective, counts, holdoutRows }: StudyReport): string {
  const { planned, complete, pruned, failed, skipped, waiting, unranked } = counts;
  const parts = [
    `${formatCount(planned)} planned`,
    `${formatCount(complete)} complete`,
    ...(pruned > 0 ? [`${formatCount(pruned)} pruned`] : []),
    `${formatCount(failed)} failed`,
    ...(skipped > 0 ? [`${formatCount(skipped)} skipped`] : []),
    ...(waiting > 0 ? [`${formatCount(waiting)} still without a result`] : []),
    ...(unranked > 0 ? [`${formatCount(unranked)} without ${toCell(objective.metric)}`] : []),
  ];
  const rows = holdoutRows === null ? "" : ` of ${formatCount(holdoutRows)} hold-out rows`;
  const order = objective.direction === "maximize" ? "highest first" : "lowest first";
  return `${study}: ${parts.join(", ")}; ranking by ${toCell(objective.metric)}${rows}, ${order}`;
}

function describeWinner(report: StudyReport): string[] {
  const { ranking, objective, counts, metrics, searched, sharing, meeting } = report;
  const required = describeRequirements(report);
  const best = ranking.at(0);
  if (best !== undefined && meeting === 0)
    return ["None is the best: no trial meets all that is required", ...required];
  if (best === undefined) {
    if (counts.complete === 0) return ["No trial is complete yet: there is nothing to rank."];
    const told = metrics.map((name) => toCell(name)).join(", ") || "no metric at all";
    return [`No trial reported ${toCell(objective.metric)}: complete trials reported ${told}.`];
  }
  const value = `${toCell(objective.metric)} ${formatValue(best.objective)}`;
  const mean = best.replicates > 1 ? `, mean of ${plural(best.replicates, "replicate")}` : "";
  const params = searched.flatMap((name) =>
    Object.hasOwn(best.params, name)
      ? [`${toCell(name)} ${formatParameter(best.params[name])}`]
      : [],
  );
  return [
    `Best: trial ${best.number}, ${value}${mean}${params.length > 0 ? `: ${params.join(", ")}` : ""}`,
    ...(best.outside === null
      ? []
      : [`It is none of the study as it is now, which has not: ${toCell(best.outside, 200)}`]),
    ...(sharing > 1
      ? [
          `${formatCount(sharing)} share rank 1; hold-out loss, model size, then trial number put them in order`,
        ]
      : []),
    ...required,
  ];
}

/** Which others may be the best, and what the best is worth beyond luck. */
function describeTrust({ meeting, tieGroup, corrected, objective }: StudyReport): string[] {
  if (meeting < 2) return [];
  return [
    "reason" in tieGroup
      ? `Not told which others may be as good: ${toCell(tieGroup.reason, 200)}`
      : `${tieGroup.sentence}${listMembers(tieGroup)} (95 %, over ${tieGroup.over})`,
    ...("reason" in corrected
      ? []
      : [
          `The best of many was lucky too: without that its ${toCell(objective.metric)} is about ${formatValue(corrected.estimate)}, ${formatInterval(corrected.interval)}`,
        ]),
  ];
}

/** Widest row of bars. */
const BARS = 40;

/** How the best so far went, attempt after attempt. */
function describeProgress({ ledger: { bests, used } }: StudyReport): string[] {
  const [first, last] = [bests[0], bests.at(-1)];
  if (first === undefined || last === undefined || bests.length < 2) return [];
  const total = used.attempts;
  const values = Array.from({ length: Math.min(BARS, total) }, (_, bar) => {
    const ended = Math.max(first.attempts, Math.round(((bar + 1) * total) / Math.min(BARS, total)));
    return bests.findLast(({ attempts }) => attempts <= ended)?.objective ?? first.objective;
  });
  const bars = drawSparkline(values, BARS);
  return [
    `Best so far: ${formatValue(first.objective)} ${bars} ${formatValue(last.objective)}, found after ${formatCount(last.attempts)} of ${plural(total, "attempt")}`,
  ];
}

const MEMBERS_SHOWN = 10;

function listMembers({ members }: ReportedTieGroup): string {
  if (members.length === 1) return "";
  const shown = members.slice(0, MEMBERS_SHOWN).map(({ number }) => String(number));
  const rest = members.length - shown.length;
  return `: trials ${shown.join(", ")}${rest > 0 ? ` and ${formatCount(rest)} more` : ""}`;
}

/** How each parameter that varies moves the objective, the one that matters most first. */
function valuesSection({ parameters }: StudyReport): Section {
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
  const table = rows.length === 0 ? null : { columns, rows };
  return { lead: [], table, notes: [], isDetail: true };
}

/** What to search next, and why; the space to paste among the details. */
function nextSections({ next }: StudyReport): readonly Section[] {
  if (next === null) return [];
  const lead = next.suggestions.map(
    ({ name, action, reason }) => `To try next: ${action} ${toCell(name)} (${toCell(reason, 300)})`,
  );
  return [
    { lead, table: null, notes: [] },
    { lead: [], table: null, notes: [], code: next.yaml, isDetail: true },
  ];
}

const MAX_MESSAGE_LENGTH = 100;

/** Failed trials by kind, with an example each. */
function failureSection({ failures }: StudyReport): Section {
  const lead = failures.map(({ kind, trials, example }) => {
    const message = toCell(example.message, MAX_MESSAGE_LENGTH);
    return `Failed: ${formatCount(trials)} by ${kind}, such as trial ${example.number}: ${message}`;
  });
  return { lead, table: null, notes: [] };
}

/** What it has cost, and what would have been enough. */
function ledgerSections({ ledger }: StudyReport): readonly Section[] {
  return [
    { lead: formatLedgerLines(ledger), table: null, notes: [] },
    { lead: formatRequestLines(ledger), table: null, notes: [], isDetail: true },
  ];
}
