import { formatCount, formatValue, plural } from "../core/quantities.ts";
import type { ReportedTieGroup } from "../stats/judge-best.ts";
import type { ParameterSummary } from "../stats/summary.ts";
import type { StudyReport } from "../stats/study-report.ts";
import { formatParameter, numberColumns, toCell } from "./cells.ts";
import { formatInterval, rankingSection } from "./ranking.ts";
import { paretoSection } from "./pareto.ts";
import { describeRequirements } from "./requirements.ts";
import type { Section, SectionOptions } from "./section.ts";

/** The report for a person: what is done, the winner, the ranking, parameters, failures; none is empty. */
export function describeReport(report: StudyReport, options: SectionOptions): readonly Section[] {
  return [
    { lead: [headline(report)], table: null, notes: [] },
    { lead: describeWinner(report), table: null, notes: [] },
    { lead: describeTrust(report), table: null, notes: [] },
    paretoSection(report, options),
    rankingSection(report, options),
    parameterSection(report),
    nextSection(report),
    failureSection(report),
  ].filter(({ lead, table, notes }) => lead.length + notes.length > 0 || table !== null);
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

const MEMBERS_SHOWN = 10;

function listMembers({ members }: ReportedTieGroup): string {
  if (members.length === 1) return "";
  const shown = members.slice(0, MEMBERS_SHOWN).map(({ number }) => String(number));
  const rest = members.length - shown.length;
  return `: trials ${shown.join(", ")}${rest > 0 ? ` and ${formatCount(rest)} more` : ""}`;
}

/** How each parameter that varies moves the objective, the one that matters most first. */
function parameterSection({ parameters }: StudyReport): Section {
  if (parameters.length === 0) return { lead: [], table: null, notes: [] };
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
  return { lead: describeImportance(parameters), table: { columns, rows }, notes: [] };
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

/** What to search next, and why. */
function nextSection({ next }: StudyReport): Section {
  if (next === null) return { lead: [], table: null, notes: [] };
  const lead = next.suggestions.map(
    ({ name, action, reason }) => `To try next: ${action} ${toCell(name)} (${toCell(reason, 300)})`,
  );
  return { lead, table: null, notes: [], code: next.yaml };
}

const MAX_MESSAGE_LENGTH = 100;

/** Failed trials by kind, with an example each. */
function failureSection({ failures }: StudyReport): Section {
  if (failures.length === 0) return { lead: [], table: null, notes: [] };
  const columns = [{ title: "failure" }, ...numberColumns("trials"), { title: "for example" }];
  const rows = failures.map(({ kind, trials, example }) => [
    kind,
    formatCount(trials),
    `trial ${example.number}: ${toCell(example.message, MAX_MESSAGE_LENGTH)}`,
  ]);
  return { lead: [], table: { columns, rows }, notes: [] };
}
