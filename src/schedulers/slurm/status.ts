import type { ElementState, ElementStatus, EndCause } from "../../core/element-status.ts";
import {
  type CommandOutput,
  type StatusAnswer,
  type StatusDialect,
  type StatusQuery,
  unreadableOutput,
} from "../status.ts";
import { unfoldRanges } from "../../core/ranges.ts";
import { parseSlurmSeconds, parseSlurmTime } from "./facts.ts";

const CAUSES = indexWords<EndCause>({
  timeout: ["TIMEOUT", "DEADLINE"],
  "out-of-memory": ["OUT_OF_MEMORY"],
  killed: ["CANCELLED", "REVOKED"],
  host: ["NODE_FAIL", "BOOT_FAIL", "PREEMPTED"],
});

/**
 * squeue(1), "JOB STATE CODES", and sacct(1). A state that is not here is one that the element may come back
 * from, or that this version does not know: no end.
 */
const STATES = indexWords<ElementState>({
  pending: ["PENDING", "REQUEUED", "REQUEUE_FED"],
  held: ["REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD"],
  running: ["CONFIGURING", "RUNNING", "COMPLETING", "RESIZING", "SIGNALING", "STAGE_OUT"],
  suspended: ["SUSPENDED", "STOPPED"],
  done: ["COMPLETED"],
  exited: ["FAILED", ...CAUSES.keys()],
});

/**
 * squeue(1), "JOB REASON CODES", of those that ask for more than partition, QOS or account give to one job, or for what is
 * not there. A partition that is down, or nodes that are, may come back.
 */
const NEVER_STARTS =
  /^(?:PartitionTimeLimit|PartitionNodeLimit|BadConstraints|DependencyNeverSatisfied|Invalid(?:Account|QOS)|AccountNotAllowed|QOSNotAllowed|(?:Assoc|QOS)?(?:Max|Min)\w*Per(?:Job|Node)\w*|(?:Assoc|QOS)Min\w*NotSatisfied)$/;

/** Fixed forms first, what others may have written last. No name of ours holds a `|`. */
const QUEUE_FORMAT = "%F|%K|%T|%M|%e|%N|%j|%r";
const QUEUE_LINE =
  /^(?<job>\d+)\|(?<index>\d+|N\/A)\|(?<word>[A-Z_]+)\|(?<elapsed>[^|]*)\|(?<end>[^|]*)\|(?<nodes>[^|]*)\|(?<name>[^|]*)\|(?<reason>.*)$/;

const HISTORY_FIELDS = "JobID,State,ExitCode,Elapsed,End,NodeList,JobName";
/**
 * `8_4|OUT_OF_MEMORY|0:125|...`, `8_6|CANCELLED by 0|...`; ExitCode is status and signal. Elements that never started
 * stand in one line, `8_[25-100%50]|CANCELLED by 1002|...`.
 */
const HISTORY_LINE =
  /^(?<job>\d+)(?:_(?:(?<index>\d+)|\[(?<list>[^|\]]*)\]))?\|(?<word>[A-Z_]+)(?<more>[^|]*)\|(?<status>\d+):(?<signal>\d+)\|(?<elapsed>[^|]*)\|(?<end>[^|]*)\|(?<nodes>[^|]*)\|(?<name>.*)$/;

const squeue: StatusQuery = {
  argv: (jobs) => ["squeue", "-h", "-r", "-t", "all", "-o", QUEUE_FORMAT, "-j", jobs.join(",")],
  parse: (output, jobs) => {
    // Of several jobs it leaves out those it does not know; a single one it refuses.
    if (output.exitStatus !== 0 && !output.stderr.includes("Invalid job id specified"))
      throw unreadableOutput("squeue", "it failed", output);
    const elements = linesOf(output).map((line) => parseQueueLine(line, output));
    return answer(elements, jobs);
  },
};

/** Accounting, where the site has one. It remembers ended elements; squeue forgets them after MinJobAge. */
const sacct: StatusQuery = {
  argv: (jobs) => ["sacct", "-X", "-n", "-P", "-o", HISTORY_FIELDS, "-j", jobs.join(",")],
  parse: (output, jobs) => {
    if (output.exitStatus !== 0) throw unreadableOutput("sacct", "it failed", output);
    return answer(
      linesOf(output).flatMap((line) => parseHistoryLine(line, output)),
      jobs,
    );
  },
};

export const slurmStatus: StatusDialect = {
  query: squeue,
  history: sacct,
  neverStarts: (reason) => NEVER_STARTS.test(reason),
  // All of these would hide jobs or change the form of what is told.
  environment: {
    SLURM_TIME_FORMAT: "standard",
    // Whole lists of elements, not their first 64 characters (squeue(1), sacct(1)).
    SLURM_BITSTR_LEN: "0",
    SQUEUE_ACCOUNT: undefined,
    SQUEUE_LICENSES: undefined,
    SQUEUE_NAMES: undefined,
    SQUEUE_PARTITION: undefined,
    SQUEUE_QOS: undefined,
    SQUEUE_USERS: undefined,
    SACCT_FEDERATION: undefined,
  },
};

function answer(elements: readonly ElementStatus[], jobs: readonly string[]): StatusAnswer {
  const asked = new Set(jobs);
  const ours = elements.filter(({ job }) => asked.has(job));
  const seen = new Set(ours.map(({ job }) => job));
  return { elements: ours, unknownJobs: jobs.filter((job) => !seen.has(job)) };
}

function linesOf({ stdout }: CommandOutput): string[] {
  return stdout.split("\n").filter((line) => line !== "");
}

function parseQueueLine(line: string, output: CommandOutput): ElementStatus {
  const fields = QUEUE_LINE.exec(line)?.groups as QueueFields | undefined;
  if (fields === undefined)
    throw unreadableOutput("squeue", `found ${JSON.stringify(line)}`, output);
  const { reason } = fields;
  return { ...describe(fields, reason === "None" ? "" : reason), exitCode: null };
}

/** The elements of a line that have ended: accounting is asked about those only. */
function parseHistoryLine(line: string, output: CommandOutput): readonly ElementStatus[] {
  const fields = HISTORY_LINE.exec(line)?.groups as HistoryFields | undefined;
  if (fields === undefined)
    throw unreadableOutput("sacct", `found ${JSON.stringify(line)}`, output);
  const { status, signal, word, more, list } = fields;
  const element = describe(fields, "");
  if (element.state !== "done" && element.state !== "exited") return [];
  const ended = {
    ...element,
    reason: element.state === "done" ? "" : `${word}${more}`,
    exitCode: signal === "0" ? Number(status) : 128 + Number(signal),
  };
  if (list === undefined) return [ended];
  return unfoldRanges(list, MAX_ELEMENTS).map((index) => ({ ...ended, index }));
}

interface Fields {
  readonly job: string;
  /** Absent or `N/A`: no array. */
  readonly index?: string;
  readonly word: string;
  readonly elapsed: string;
  readonly end: string;
  readonly nodes: string;
  readonly name: string;
}

type QueueFields = Fields & { readonly reason: string };
type HistoryFields = Fields & {
  readonly status: string;
  readonly signal: string;
  /** Behind the state's word: ` by 1002`. */
  readonly more: string;
  readonly list?: string;
};

/** No array of bsweep has more. */
const MAX_ELEMENTS = 1000;

/** Where a job ended before it came to a node. */
const NO_NODES: ReadonlySet<string> = new Set(["", "None assigned", "(null)", "N/A"]);

function describe(fields: Fields, reason: string): Omit<ElementStatus, "exitCode"> {
  const { job, index = "N/A", word, elapsed, end, nodes, name: jobName } = fields;
  const state = stateOf(word, reason);
  const ended = state === "done" || state === "exited";
  return {
    ...{ job, jobName, state },
    index: index === "N/A" ? 0 : Number(index),
    cause: state === "exited" ? (CAUSES.get(word) ?? "other") : null,
    reason: explain(state, word, reason),
    // Several nodes say nothing about one of them.
    host: /^[A-Za-z0-9._-]+$/.test(nodes) ? nodes : "",
    started: !ended || !NO_NODES.has(nodes),
    runSeconds: parseSlurmSeconds(elapsed),
    maxMemoryMiB: null,
    // A running job has the end that it will have at the latest.
    finishedAt: ended ? parseSlurmTime(end) : null,
  };
}

/** Slurm's words -> ours. */
function indexWords<T extends string>(
  words: Readonly<Partial<Record<T, readonly string[]>>>,
): ReadonlyMap<string, T> {
  const pairs = Object.entries(words) as [T, readonly string[]][];
  return new Map(pairs.flatMap(([ours, theirs]) => theirs.map((word) => [word, ours])));
}

/** JobHeldUser, JobHeldAdmin, `job requeued in held state`. */
function stateOf(word: string, reason: string): ElementState {
  const state = STATES.get(word) ?? "unknown";
  return state === "pending" && /held/i.test(reason) ? "held" : state;
}

function explain(state: ElementState, word: string, reason: string): string {
  if (state === "running" || state === "done") return "";
  if (state !== "exited") return reason;
  return reason === "" ? word : `${word}: ${reason}`;
}
