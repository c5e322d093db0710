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
    if (complaints.length === 0 || !complaints.every((line) => ENDED.test(line))) return "refused";
    return answerLines(stdout).some((line) => line.startsWith("Job <")) ? "done" : "ended";
  },
};

function onElements(program: string, part: JobPart): Argv[] {
  return jobExpressions(part, "[").map((job) => [program, job]);
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
  jobFile: lsfJobFile,
  element: lsfElement,
  status: lsfStatus,
  runLimit: lsfRunLimit,
  steering: lsfSteering,
  session: lsfSession,
  doctor: lsfDoctor,
};
