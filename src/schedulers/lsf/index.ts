import type { Scheduler } from "../scheduler.ts";
import { lsfJobFile } from "./directives.ts";
import { lsfDoctor } from "./doctor.ts";
import { lsfElement } from "./element.ts";
import { lsfRunLimit } from "./facts.ts";
import { lsfSession } from "./session.ts";
import { lsfStatus } from "./status.ts";
import { answerLines, jobExpressions, type JobPart, type SteeringDialect } from "../steering.ts";
import type { Argv } from "../status.ts";

/** What a command says while LSF's daemons are busy; its answer follows. */
const NOISE = /Please wait|concurrent query limit exceeded/;
/** lsbatch.h, LSBE_OP_RETRY: the master has taken it down and goes on with it, as bkill of a whole array is answered. */
const ACCEPTED = /Operation is in progress|op\. will be retried/i;
/** `Job <11>: Job has already finished`, `Job <11[2]>: No matching job found`, and what bjobs says. */
const ENDED = /already finished|No matching job found|is not found|No unfinished job found/i;

/**
 * IBM Spectrum LSF 10.1: bgmod(1), bmod(1), bstop(1), bresume(1), bkill(1). Elements are named one by one where only
 * some are meant: a bare id means all of an array.
 */
export const lsfSteering: SteeringDialect = {
  cannotSuspend: null,
  limitGroup: (jobGroup, limit) => [["bgmod", "-L", String(limit), jobGroup]],
  limitArray: (jobId, limit) => [["bmod", "-J", `%${limit}`, jobId]],
  hold: (waiting) => onElements("bstop", waiting),
  suspend: (running) => onElements("bstop", running),
  resume: (held) => onElements("bresume", held),
  cancel: (part) => onElements("bkill", part),
  cancelWaiting: (waiting) => onElements("bkill", waiting),
  readAnswer: ({ exitStatus, stdout, stderr }) => {
    const complaints = answerLines(stderr).filter((line) => !NOISE.test(line));
    if (exitStatus === 0) return "done";
    const rest = complaints.filter((line) => !ACCEPTED.test(line));
    if (complaints.length === 0 || !rest.every((line) => ENDED.test(line))) return "refused";
    if (rest.length < complaints.length) return "accepted";
    return answerLines(stdout).some((line) => line.startsWith("Job <")) ? "done" : "ended";
  },
};

function onElements(program: string, part: JobPart): Argv[] {
  return jobExpressions(part, "[").map((job) => [program, job]);
}

/** Between two such lines LSF's report quotes the job file, 50 lines of it at most. */
const QUOTE_RULE = "-".repeat(60);

/** Lines of a log without the part of each report that begins with `Your job looked like:`. */
function withoutQuotedScript(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let rules: number | null = null;
  for (const line of lines) {
    if (line === "Your job looked like:") rules = 0;
    else if (rules === null) kept.push(line);
    else if (line === QUOTE_RULE && ++rules === 2) rules = null;
  }
  return kept;
}

/** IBM Spectrum LSF 10.1. */
export const lsf: Scheduler = {
  name: "lsf",
  title: "LSF",
  submits: true,
  hasJobGroups: true,
  refinesGpus: true,
  containers: ["docker", "apptainer", "charliecloud", "none"],
  launchers: ["blaunch", "mpirun"],
  silence: [
    ...["LSF is down", "Cannot connect to LSF", "daemon not responding", "LIM is down"],
    ...["Failed in an LSF library call", "Communication time out", "Connection refused"],
  ],
  withoutJobFile: withoutQuotedScript,
  jobFile: lsfJobFile,
  element: lsfElement,
  status: lsfStatus,
  runLimit: lsfRunLimit,
  steering: lsfSteering,
  session: lsfSession,
  doctor: lsfDoctor,
};
