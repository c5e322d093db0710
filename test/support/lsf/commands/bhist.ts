import type { Call } from "../daemon/call.ts";
import { type Cluster, namePattern } from "../daemon/cluster.ts";
import { formatDate } from "../daemon/dates.ts";
import type { Element } from "../daemon/job.ts";
import { TERMINATIONS } from "../daemon/job-report.ts";
import { Refusal } from "../daemon/refusal.ts";
import { parseJobReference } from "../grammar/job-reference.ts";
import { flag, lastValues, parseOptions, text, unemulated } from "../grammar/options.ts";
import { executionHosts, jobName } from "./bjobs-fields.ts";
import { wrap } from "./bjobs-long.ts";

const OPTIONS = {
  "-a": flag("CMD bhist"),
  "-l": flag("CMD bhist"),
  "-J": text("CMD bhist"),
  "-n": text("CMD bhist"),
  "-u": text("CMD bhist"),
  ...Object.fromEntries(
    "-b -d -e -hms -p -r -s -t -w -cname".split(" ").map((name) => [name, unemulated("CMD bhist")]),
  ),
};

const STATES = "PEND     PSUSP    RUN      USUSP    SSUSP    UNKWN    TOTAL";

/** bhist; its rows and -l: real output (S EBI). It knows jobs that bjobs has forgotten. */
export function bhist(cluster: Cluster, call: Call): number {
  const { options, rest } = parseOptions("bhist", OPTIONS, call.args, { mixed: true });
  const values = lastValues(options);
  const elements = choose(cluster, values["-J"], rest).filter(
    ({ finished }) => rest.length > 0 || "-a" in values || !finished,
  );
  if (elements.length === 0) throw new Refusal("No matching job found");
  if ("-l" in values) call.out(elements.map((one) => formatHistory(cluster, one)).join("\n"));
  else {
    const title = "JOBID   USER    JOB_NAME  PEND    PSUSP   RUN     USUSP   SSUSP   UNKWN   TOTAL";
    const rows = elements.map((element) => `${row(cluster, element)}\n`);
    call.out(`Summary of time in seconds spent in various states:\n${title}\n${rows.join("")}`);
  }
  return 0;
}

function choose(
  { archive }: Cluster,
  name: string | undefined,
  references: readonly string[],
): Element[] {
  if (references.length === 0) {
    const pattern = namePattern(name ?? "*");
    return archive
      .filter(({ submission }) => pattern.test(submission.name))
      .flatMap(({ elements }) => elements);
  }
  return references.flatMap((text) => {
    const { id, indices } = parseJobReference(text);
    const job = archive.find((known) => known.id === id);
    return (job?.elements ?? []).filter(({ index }) => indices?.includes(index) ?? true);
  });
}

/** Seconds pending, running, in total. */
function durations({ clock }: Cluster, element: Element): [number, number, number] {
  const { submittedAt } = element.job;
  const end = element.finishedAt ?? clock.now();
  const seconds = (from: number, to: number): number => Math.max(0, Math.round((to - from) / 1000));
  const started = element.startedAt ?? end;
  return [seconds(submittedAt, started), seconds(started, end), seconds(submittedAt, end)];
}

function row(cluster: Cluster, element: Element): string {
  const [pending, running, total] = durations(cluster, element);
  const cell = (text: string, width: number): string => text.slice(0, width).padEnd(width);
  const numbers = [pending, 0, running, 0, 0, 0, total].map((number) => String(number).padEnd(8));
  const user = cell(cluster.settings.user, 7);
  const name = cell(jobName(element), 9);
  return `${cell(element.label, 7)} ${user} ${name} ${numbers.join("")}`.trimEnd();
}

function formatHistory(cluster: Cluster, element: Element): string {
  const { submission, submittedAt } = element.job;
  const [pending, running, total] = durations(cluster, element);
  const at = (time: number): string => formatDate(time, "day");
  const command = submission.command.trimEnd().replaceAll("\n", ";");
  const lines = [
    `Job <${element.label}>, Job Name <${submission.specification}>, User <${cluster.settings.user}>, Project <${submission.project}>, Command <${command}>`,
    `${at(submittedAt)}: Submitted from host <login-1>, to Queue <${submission.queue}>, CWD <${submission.folder}>;`,
    ...events(element, at),
    "",
    `Summary of time in seconds spent in various states by  ${at(element.finishedAt ?? cluster.clock.now())}`,
    `  ${STATES}`,
    `  ${[pending, 0, running, 0, 0, 0, total].map((number) => String(number).padEnd(9)).join("")}`.trimEnd(),
  ];
  return `${lines.map(wrap).join("\n")}\n`;
}

function events(element: Element, at: (time: number) => string): string[] {
  const { startedAt, finishedAt, exitCode, state, reason, allocations } = element;
  const lines: string[] = [];
  if (startedAt !== null && allocations.length > 0) {
    lines.push(`${at(startedAt)}: Dispatched to <${executionHosts(element)}>;`);
  }
  if (finishedAt === null) return lines;
  const why = reason === null ? "" : ` ${reason}: ${TERMINATIONS[reason] ?? ""}`;
  return state === "DONE"
    ? [
        ...lines,
        `${at(finishedAt)}: Done successfully. The CPU time used is 0.0 seconds;`,
        `${at(finishedAt)}: Completed <done>;`,
      ]
    : [
        ...lines,
        `${at(finishedAt)}: Exited with exit code ${exitCode ?? 0}. The CPU time used is 0.0 seconds;`,
        `${at(finishedAt)}: Completed <exit>;${why}`,
      ];
}
