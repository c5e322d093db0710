import type { Cluster } from "../daemon/cluster.ts";
import { formatDate } from "../daemon/dates.ts";
import type { Element } from "../daemon/job.ts";
import { TERMINATIONS } from "../daemon/job-report.ts";
import { executionHosts, pendingReason } from "./bjobs-fields.ts";

/** Lines break near column 79, inside words, and go on after 21 blanks (S, toil 3475). */
export function wrap(line: string): string {
  const rest = line.slice(79);
  return rest === "" ? line : `${line.slice(0, 79)}\n${wrap(" ".repeat(21) + rest)}`;
}

/** bjobs -l, the heart of it; `unformatted`: -UF, lines do not break. */
export function formatLong(cluster: Cluster, element: Element, unformatted: boolean): string {
  const lines = [heading(cluster, element), ...events(element)];
  return `\n${lines.map((line) => (unformatted ? line : wrap(line))).join("\n")}\n`;
}

function heading({ settings }: Cluster, element: Element): string {
  const { submission } = element.job;
  const facts: [string, string][] = [
    ["Job", element.label],
    ["Job Name", submission.specification],
    ["User", settings.user],
    ["Project", submission.project],
    ["User Group", submission.userGroup],
    ["Status", element.state],
    ["Queue", submission.queue],
    ["Job Priority", String(submission.priority ?? 50)],
    ["Job Group", submission.group],
    ["Command", submission.command.trimEnd().replaceAll("\n", ";")],
  ];
  const service: [string, string][] =
    submission.serviceClass === "" ? [] : [["Service Class", submission.serviceClass]];
  return [...facts, ...service].map(([name, value]) => `${name} <${value}>`).join(", ");
}

function events(element: Element): string[] {
  const { submission, submittedAt } = element.job;
  const at = (time: number): string => formatDate(time, "day");
  const lines = [
    `${at(submittedAt)}: Submitted from host <login-1>, CWD <${submission.folder}>, Requested Resources <${submission.requirement.text}>;`,
  ];
  if (element.startedAt !== null) {
    lines.push(`${at(element.startedAt)}: Started on <${executionHosts(element)}>;`);
  }
  if (element.pending) lines.push(" PENDING REASONS:", ` ${pendingReason(element)};`);
  if (element.finishedAt !== null) {
    const code = `Exited with exit code ${element.exitCode ?? 0}. The CPU time used is 0.0 seconds.`;
    const done = "Done successfully. The CPU time used is 0.0 seconds.";
    lines.push(`${at(element.finishedAt)}: ${element.state === "DONE" ? done : code}`);
    lines.push(
      `${at(element.finishedAt)}: Completed <${element.state === "DONE" ? "done" : "exit"}>${reason(element)}.`,
    );
  }
  return lines;
}

const reason = ({ reason: name }: Element): string =>
  name === null ? "" : `; ${name}: ${(TERMINATIONS[name] ?? "").replace(/\.$/, "")}`;
