import type { Cluster } from "../daemon/cluster.ts";
import { formatDate } from "../daemon/dates.ts";
import type { Element, Job } from "../daemon/job.ts";
import { jobName, pendingReason } from "./bjobs-fields.ts";

const HEADER = "JOBID   USER    STAT  QUEUE      FROM_HOST   EXEC_HOST   JOB_NAME   SUBMIT_TIME\n";

/** `%-7.7s`: cut and padded. */
const cell = (text: string, width: number): string => text.slice(0, width).padEnd(width);
const keepTail = (text: string, width: number): string =>
  (text.length <= width ? text : `*${text.slice(text.length - width + 1)}`).padEnd(width);

function idCell({ variants }: Cluster, element: Element): string {
  const { jobIdWidth, jobIdColumn } = variants;
  const id = jobIdColumn === "id" ? String(element.job.id) : element.label;
  // CFG, LSB_JOBID_DISP_LENGTH: a longer id loses its left.
  return id.slice(-Math.max(jobIdWidth, jobIdColumn === "id" ? 0 : 14)).padEnd(jobIdWidth);
}

/** The rows of the default table (MAN, all real samples); `wide`: -w, nothing is cut but the id. */
export function formatJobs(
  cluster: Cluster,
  elements: readonly Element[],
  { wide, reasons, header }: { wide: boolean; reasons: boolean; header: boolean },
): string {
  const lines = elements.flatMap((element) => [
    ...(wide ? [wideRow(cluster, element)] : rows(cluster, element)),
    ...(reasons && element.pending ? [` ${pendingReason(element)};`] : []),
  ]);
  return [...(header ? [HEADER.trimEnd()] : []), ...lines].map((line) => `${line}\n`).join("");
}

const hostCells = ({ allocations }: Element): string[] =>
  allocations.map(({ host, slots }) => (slots > 1 ? `${slots}*${host}` : host));

function rows(cluster: Cluster, element: Element): string[] {
  const { submission, submittedAt } = element.job;
  const [first = "", ...others] = element.pending ? [] : hostCells(element);
  const row = [
    idCell(cluster, element),
    cell(cluster.settings.user, 7),
    cell(element.state, 5),
    cell(submission.queue, 10),
    cell("login-1", 11),
    keepTail(first, 11),
    keepTail(jobName(element), 10),
    formatDate(submittedAt, "table"),
  ].join(" ");
  return [row, ...others.map((host) => `${" ".repeat(45)}${host}`)];
}

function wideRow(cluster: Cluster, element: Element): string {
  const { submission, submittedAt } = element.job;
  return [
    idCell(cluster, element),
    cluster.settings.user.padEnd(7),
    element.state.padEnd(5),
    submission.queue.padEnd(10),
    "login-1".padEnd(11),
    (hostCells(element).join(":") || "   -").padEnd(11),
    jobName(element).padEnd(10),
    formatDate(submittedAt, "table"),
  ].join(" ");
}

/** bjobs -A (row: VOL). -w shows the whole specification. */
export function formatArrays(
  { settings }: Cluster,
  jobs: readonly Job[],
  { wide, header }: { wide: boolean; header: boolean },
): string {
  const title = "JOBID    ARRAY_SPEC  OWNER   NJOBS PEND DONE  RUN EXIT SSUSP USUSP PSUSP\n";
  const number = (count: number, width: number): string => String(count).padStart(width);
  const lines = jobs.map(({ id, submission: { specification }, elements, counts }) => {
    const name = wide ? specification.padEnd(8) : cell(specification, 8);
    const states = [counts.PEND, counts.DONE, counts.RUN, counts.EXIT].map((n) => number(n, 4));
    const stopped = [counts.SSUSP, counts.USUSP, counts.PSUSP].map((n) => number(n, 5));
    const owner = settings.user.slice(0, 8).padStart(8);
    return `${String(id).padEnd(7)}  ${name} ${owner}   ${number(elements.length, 5)} ${[...states, ...stopped].join(" ")}\n`;
  });
  return (header ? title : "") + lines.join("");
}
