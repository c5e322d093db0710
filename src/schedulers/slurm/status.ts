import {
  type CommandOutput,
  type ElementState,
  type ElementStatus,
  type EndCause,
  type StatusAnswer,
  type StatusDialect,
  type StatusQuery,
  unreadableOutput,
} from "../status.ts";
import { parseSlurmSeconds, parseSlurmTime } from "./values.ts";

/**
 * squeue(1), "JOB STATE CODES", and sacct(1). A state that is not here is one that the element may come back
 * from, or that this version does not know: no end.
 */
const STATES: Readonly<Record<string, ElementState>> = {
  PENDING: "pending",
  REQUEUED: "pending",
  REQUEUE_FED: "pending",
  REQUEUE_HOLD: "held",
  SPECIAL_EXIT: "held",
  RESV_DEL_HOLD: "held",
  CONFIGURING: "running",
  RUNNING: "running",
  COMPLETING: "running",
  RESIZING: "running",
  SIGNALING: "running",
  STAGE_OUT: "running",
  SUSPENDED: "suspended",
  STOPPED: "suspended",
  COMPLETED: "done",
  FAILED: "exited",
  TIMEOUT: "exited",
  DEADLINE: "exited",
  OUT_OF_MEMORY: "exited",
  CANCELLED: "exited",
  REVOKED: "exited",
  NODE_FAIL: "exited",
  BOOT_FAIL: "exited",
  PREEMPTED: "exited",
};

const CAUSES: Readonly<Record<string, EndCause>> = {
  TIMEOUT: "timeout",
  DEADLINE: "timeout",
  OUT_OF_MEMORY: "out-of-memory",
  CANCELLED: "killed",
  REVOKED: "killed",
  NODE_FAIL: "host",
  BOOT_FAIL: "host",
  PREEMPTED: "host",
};

/** Of a queue entry: fixed forms first, what others may have written last. No name of ours holds a `|`. */
const QUEUE_FORMAT = "%F|%K|%T|%M|%e|%N|%j|%r";
const QUEUE_LINE = /^(\d+)\|(\d+|N\/A)\|([A-Z_]+)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|(.*)$/;

const HISTORY_FIELDS = "JobID,State,ExitCode,Elapsed,End,NodeList,JobName";
const HISTORY_LINE =
  /^(\d+)(?:_(\d+))?\|([A-Z_]+)[^|]*\|(\d*):?(\d*)\|([^|]*)\|([^|]*)\|([^|]*)\|(.*)$/;

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
  // All of these would hide jobs or change the form of what is told.
  environment: {
    SLURM_TIME_FORMAT: "standard",
    SLURM_BITSTR_LEN: undefined,
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
  const match = QUEUE_LINE.exec(line);
  if (match === null) throw unreadableOutput("squeue", `found ${JSON.stringify(line)}`, output);
  const [
    ,
    job = "",
    index = "",
    state = "",
    elapsed = "",
    end = "",
    nodes = "",
    jobName = "",
    reason = "",
  ] = match;
  return {
    ...{ job, jobName, index: index === "N/A" ? 0 : Number(index) },
    ...describe(state, reason === "None" ? "" : reason),
    exitCode: null,
    ...measure(elapsed, end, nodes, state),
  };
}

/** Elements that wait stand in one line, `7_[3-9%2]`; accounting is asked about ended ones only. */
function parseHistoryLine(line: string, output: CommandOutput): readonly ElementStatus[] {
  if (/^\d+_\[/.test(line)) return [];
  const match = HISTORY_LINE.exec(line);
  if (match === null) throw unreadableOutput("sacct", `found ${JSON.stringify(line)}`, output);
  const [
    ,
    job = "",
    index = "0",
    state = "",
    code = "",
    signal = "",
    elapsed = "",
    end = "",
    nodes = "",
    jobName = "",
  ] = match;
  return [
    {
      ...{ job, jobName, index: Number(index) },
      ...describe(state, ""),
      exitCode: signal !== "" && signal !== "0" ? 128 + Number(signal) : Number(code),
      ...measure(elapsed, end, nodes, state),
    },
  ];
}

function describe(word: string, reason: string): Pick<ElementStatus, "state" | "cause" | "reason"> {
  const state = STATES[word] ?? "unknown";
  if (state === "exited")
    return {
      state,
      cause: CAUSES[word] ?? "other",
      reason: [word, reason].filter((text) => text !== "").join(": "),
    };
  // JobHeldUser, JobHeldAdmin; `launch failed requeued held`.
  const isHeld = state === "pending" && /held/i.test(reason);
  return { state: isHeld ? "held" : state, cause: null, reason: state === "running" ? "" : reason };
}

function measure(
  elapsed: string,
  end: string,
  nodes: string,
  word: string,
): Pick<ElementStatus, "host" | "runSeconds" | "maxMemoryMiB" | "finishedAt"> {
  const state = STATES[word];
  return {
    host: /^[^,[]+/.exec(nodes)?.[0] === nodes ? nodes : "",
    runSeconds: parseSlurmSeconds(elapsed),
    maxMemoryMiB: null,
    // A running job has the end that it will have at the latest.
    finishedAt: state === "done" || state === "exited" ? parseSlurmTime(end) : null,
  };
}
