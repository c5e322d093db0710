import type { Cluster } from "../daemon/cluster.ts";
import { formatDate } from "../daemon/dates.ts";
import type { Element } from "../daemon/job.ts";
import { TERMINATIONS } from "../daemon/job-report.ts";
import { outputPath } from "../daemon/output-path.ts";

/** A field of `bjobs -o`; MAN for names, widths and aliases, S for the look of values. "": nothing to say. */
export interface BjobsField {
  readonly width: number;
  readonly aliases: readonly string[];
  readonly value: (element: Element, cluster: Cluster) => string;
}

const field = (width: number, value: BjobsField["value"], ...aliases: string[]): BjobsField => ({
  width,
  aliases,
  value,
});

const date = (time: number | null): string => (time === null ? "" : formatDate(time, "table"));

function runSeconds({ startedAt, finishedAt }: Element, { clock }: Cluster): number {
  if (startedAt === null) return 0;
  return Math.round(((finishedAt ?? clock.now()) - startedAt) / 1000);
}

function memory(mebibytes: number | null): string {
  if (mebibytes === null || mebibytes === 0) return "";
  return mebibytes < 1024
    ? `${Math.max(1, Math.round(mebibytes))} Mbytes`
    : `${(mebibytes / 1024).toFixed(1)} Gbytes`;
}

/** `h1:h1`, or `9*node3` (S). */
export function executionHosts({ allocations }: Element): string {
  return allocations.map(({ host, slots }) => (slots > 1 ? `${slots}*${host}` : host)).join(":");
}

/** Name and index, `name[4]`; off arrays the name. */
export function jobName({ index, job: { submission } }: Element): string {
  return index === 0 ? submission.name : `${submission.name}[${index}]`;
}

export function pendingReason(element: Element): string {
  if (element.state === "PSUSP") return "Job was suspended by the user while pending";
  return element.pendingReason ?? element.job.pendingReason;
}

const reasonText = ({ reason }: Element): string =>
  reason === null ? "" : `${reason}: ${(TERMINATIONS[reason] ?? "").replace(/\.$/, "")}`;

export const BJOBS_FIELDS: Readonly<Record<string, BjobsField>> = {
  jobid: field(7, ({ job }) => String(job.id), "id"),
  jobindex: field(8, ({ index }) => String(index)),
  stat: field(5, ({ state }) => state),
  user: field(7, (_, { settings }) => settings.user),
  user_group: field(15, ({ job }) => job.submission.userGroup, "ugroup"),
  queue: field(10, ({ job }) => job.submission.queue),
  job_name: field(10, jobName, "name"),
  job_description: field(17, ({ job }) => job.submission.description, "description"),
  proj_name: field(11, ({ job }) => job.submission.project, "proj", "project"),
  application: field(13, ({ job }) => job.submission.options["-app"] ?? "", "app"),
  service_class: field(13, ({ job }) => job.submission.serviceClass, "sla"),
  job_group: field(10, ({ job }) => job.submission.group, "group"),
  job_priority: field(12, ({ job }) => String(job.submission.priority ?? ""), "priority"),
  esub: field(20, ({ job }) => job.submission.application?.name ?? ""),
  kill_reason: field(50, () => ""),
  dependency: field(15, ({ job }) => job.submission.dependency?.text ?? ""),
  pend_reason: field(11, (element) => (element.pending ? `${pendingReason(element)};` : "")),
  command: field(15, ({ job }) => job.submission.command.trimEnd().replaceAll("\n", ";"), "cmd"),
  pids: field(20, ({ running }) => String(running?.processId ?? "")),
  exit_code: field(10, ({ exitCode }) => String(exitCode ?? "")),
  exit_reason: field(50, reasonText),
  interactive: field(11, ({ job }) => (job.submission.interactive === null ? "N" : "Y")),
  from_host: field(11, () => "login-1"),
  first_host: field(11, ({ allocations }) => allocations[0]?.host ?? ""),
  exec_host: field(11, executionHosts),
  nexec_host: field(10, ({ allocations }) => String(allocations.length)),
  ask_hosts: field(30, ({ job }) => job.submission.hosts.join(" ")),
  alloc_slot: field(20, executionHosts),
  nalloc_slot: field(10, slotCount),
  nreq_slot: field(10, ({ job }) => String(job.submission.slots)),
  slots: field(5, ({ job }) => String(job.submission.slots)),
  submit_time: field(15, ({ job }) => date(job.submittedAt)),
  start_time: field(15, ({ startedAt }) => date(startedAt)),
  finish_time: field(16, ({ finishedAt }) => date(finishedAt)),
  cpu_used: field(10, () => "0.0 second(s)"),
  run_time: field(15, (element, cluster) => `${runSeconds(element, cluster)} second(s)`),
  mem: field(10, ({ finished, maxMemoryMiB }) => (finished ? "" : memory(maxMemoryMiB))),
  max_mem: field(10, ({ maxMemoryMiB }) => memory(maxMemoryMiB)),
  avg_mem: field(10, ({ maxMemoryMiB }) => memory(maxMemoryMiB)),
  memlimit: field(10, ({ job: { submission } }) => memory((submission.memoryLimitKiB ?? 0) / 1024)),
  swap: field(10, () => ""),
  gpu_num: field(10, ({ job }) => String(job.submission.gpu?.count ?? ""), "gnum"),
  combined_resreq: field(20, ({ job }) => job.submission.requirement.text, "cresreq"),
  effective_resreq: field(17, ({ job }) => job.submission.requirement.text, "eresreq"),
  runtimelimit: field(12, runLimit),
  input_file: field(10, ({ job }) => job.submission.input),
  output_file: field(11, (element) => fileName(element, element.job.submission.output.stdout)),
  error_file: field(10, (element) => fileName(element, element.job.submission.output.stderr)),
  sub_cwd: field(10, ({ job }) => job.submission.folder),
  exec_cwd: field(10, ({ job, startedAt }) => (startedAt === null ? "" : job.submission.folder)),
};

function slotCount({ allocations }: Element): string {
  const count = allocations.reduce((sum, { slots }) => sum + slots, 0);
  return count === 0 ? "" : String(count);
}

/** In minutes, `1440.0` (S). */
function runLimit({ job: { submission } }: Element): string {
  const { runLimitSeconds } = submission;
  return runLimitSeconds === null ? "" : (runLimitSeconds / 60).toFixed(1);
}

const fileName = (element: Element, pattern: string | null): string =>
  pattern === null ? "" : outputPath(element, pattern);

/** The field a word of the format means: a name or an alias, in any case. */
export function findField(word: string): { name: string; field: BjobsField } | null {
  const wanted = word.toLowerCase();
  const found = Object.entries(BJOBS_FIELDS).find(
    ([name, { aliases }]) => name === wanted || aliases.includes(wanted),
  );
  return found === undefined ? null : { name: found[0], field: found[1] };
}
