import type { ElementState, ElementStatus, EndCause } from "../../core/element-status.ts";
import { isObject } from "../../core/objects.ts";
import {
  type CommandOutput,
  type StatusAnswer,
  type StatusDialect,
  unreadableOutput,
} from "../status.ts";
import { parseLsfMemory, parseLsfTime } from "./values.ts";

/** bjobs(1), "-o". */
const FIELDS = [
  ...["jobid", "jobindex", "job_name", "stat", "exit_code", "exit_reason", "pend_reason"],
  ...["exec_host", "run_time", "max_mem", "finish_time"],
];

/** bjobs(1), "Job States". PROV: its host is being woken. WAIT: a member of a chunk. */
const STATES: Readonly<Record<string, ElementState>> = {
  PEND: "pending",
  WAIT: "pending",
  PROV: "pending",
  PSUSP: "held",
  RUN: "running",
  USUSP: "suspended",
  SSUSP: "suspended",
  DONE: "done",
  EXIT: "exited",
  UNKWN: "unknown",
  ZOMBI: "unknown",
};

/** The status by which LSF ends a job at its run limit: 128 + SIGUSR2 ("Job exit codes"). */
const RUN_LIMIT_STATUS = 140;

/** Termination reasons ("LSF job termination reason logging"), by their beginning. */
const CAUSES: readonly (readonly [pattern: RegExp, cause: EndCause])[] = [
  [/^TERM_(?:MEMLIMIT|SWAP)/, "out-of-memory"],
  [/^TERM_(?:RUNLIMIT|DEADLINE|CPULIMIT)/, "timeout"],
  [/^TERM_(?:OWNER|FORCE_OWNER|ADMIN|FORCE_ADMIN|BUCKET_KILL|ORPHAN|REMOVE_HUNG_JOB)/, "killed"],
  [/^TERM_(?:PREEMPT|LOAD|WINDOW|RC_RECLAIM|UNKNOWN_HOST|PRE_EXEC_FAIL)/, "host"],
];

/** Pending reasons (the texts of liblsbatch) of which waiting is no cure. What a queue does not allow, bsub refuses. */
const NEVER_STARTS =
  /There are no suitable hosts for the job|[Dd]ependency condition invalid or never satisfied/;

/**
 * LSF's bjobs. Its exit status tells nothing: 0 and 255 both come with and without jobs, depending on
 * the site's LSB_BJOBS_CONSISTENT_EXIT_CODE.
 */
export const lsfStatus: StatusDialect = {
  query: {
    argv: (jobs) => ["bjobs", "-a", "-json", "-o", FIELDS.join(" "), ...jobs],
    parse: parseBjobs,
  },
  history: null,
  neverStarts: (reason) => NEVER_STARTS.test(reason),
  // A site's or a user's defaults for another layout.
  environment: { LSB_BJOBS_FORMAT: undefined, LSB_BJOBS_PENDREASON_LEVEL: undefined },
};

function parseBjobs(output: CommandOutput, jobs: readonly string[], now: Date): StatusAnswer {
  const notFound = new Set(findNotFound(output));
  const records = findRecords(output);
  if (records === undefined) {
    if (notFound.size > 0)
      return { elements: [], unknownJobs: jobs.filter((job) => notFound.has(job)) };
    throw unreadableOutput("bjobs", "found no JSON and no word of missing jobs", output);
  }
  const asked = new Set(jobs);
  const elements = records.flatMap((record) => {
    const job = textOf(record, "JOBID");
    if (!asked.has(job)) return [];
    const error = textOf(record, "ERROR");
    if (error === "") return [toStatus(job, record, now, output)];
    if (NOT_FOUND.test(error)) notFound.add(job);
    return [];
  });
  return { elements, unknownJobs: jobs.filter((job) => notFound.has(job)) };
}

const NOT_FOUND = /^Job <(\d+)> is not found/;

/** Jobs that the lines around the JSON say are not found. */
function findNotFound({ stdout, stderr }: CommandOutput): string[] {
  return `${stderr}\n${stdout}`
    .split("\n")
    .flatMap((line) => NOT_FOUND.exec(line.trim())?.[1] ?? []);
}

type JsonRecord = Readonly<Record<string, unknown>>;

/** The records; undefined where there is no JSON. Lines such as `Cannot connect to LSF` may stand before it. */
function findRecords(output: CommandOutput): readonly JsonRecord[] | undefined {
  const start = /^\s*\{\s*$|^\s*\{\s*"/m.exec(output.stdout)?.index;
  if (start === undefined) return undefined;
  const end = output.stdout.lastIndexOf("}") + 1;
  let document: unknown;
  try {
    document = JSON.parse(output.stdout.slice(start, end));
  } catch (cause) {
    throw unreadableOutput("bjobs", String(cause), output);
  }
  const records = isObject(document) ? document["RECORDS"] : undefined;
  if (!Array.isArray(records) || !records.every(isObject))
    throw unreadableOutput("bjobs", "found no list RECORDS of jobs", output);
  return records;
}

function toStatus(
  job: string,
  record: JsonRecord,
  now: Date,
  output: CommandOutput,
): ElementStatus {
  const index = textOf(record, "JOBINDEX");
  const stat = textOf(record, "STAT");
  if (!/^\d+$/.test(index) || stat === "")
    throw unreadableOutput("bjobs", `found no JOBINDEX or STAT in a record of job ${job}`, output);
  // A state that a later LSF may have is no end.
  const state = STATES[stat] ?? "unknown";
  const exitCode = numberOf(record, "EXIT_CODE");
  const ended = state === "done" || state === "exited";
  const reason = textOf(record, ended ? "EXIT_REASON" : "PEND_REASON");
  return {
    job,
    index: Number(index),
    jobName: textOf(record, "JOB_NAME").replace(/\[.*$/s, ""),
    state,
    cause: state === "exited" ? causeOf(reason, exitCode) : null,
    exitCode: ended ? exitCode : null,
    reason: state === "running" ? "" : tidyReason(reason),
    host: firstHost(textOf(record, "EXEC_HOST")),
    started: !ended || textOf(record, "EXEC_HOST") !== "",
    runSeconds: numberOf(record, "RUN_TIME"),
    maxMemoryMiB: parseLsfMemory(textOf(record, "MAX_MEM")),
    finishedAt: ended ? parseLsfTime(textOf(record, "FINISH_TIME"), now) : null,
  };
}

/** A field as text; "" for none: `-` in some layouts. */
function textOf(record: JsonRecord, field: string): string {
  const value = record[field];
  const text = typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
  return text === "-" ? "" : text;
}

/** The number a field begins with: `16038 second(s)`. */
function numberOf(record: JsonRecord, field: string): number | null {
  const match = /^\d+(?:\.\d+)?/.exec(textOf(record, field));
  return match === null ? null : Number(match[0]);
}

function causeOf(reason: string, exitCode: number | null): EndCause {
  const known = CAUSES.find(([pattern]) => pattern.test(reason));
  if (known !== undefined) return known[1];
  return exitCode === RUN_LIMIT_STATUS ? "timeout" : "other";
}

/** Without the numbers of hosts, so that equal reasons can be counted: ` text: 12 hosts; text;`. */
function tidyReason(reason: string): string {
  const parts = reason
    .split(";")
    .map((part) => part.trim().replace(/:\s*\d+ hosts?$/, ""))
    .filter((part) => part !== "");
  return [...new Set(parts)].join("; ");
}

/** `h1:h1`, `9*node3:2*node4`. */
function firstHost(hosts: string): string {
  return (hosts.split(":")[0] ?? "").replace(/^\d+\*/, "");
}
