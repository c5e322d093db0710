import type { Scheduler } from "../scheduler.ts";
import { slurmJobFile } from "./directives.ts";
import { slurmDoctor } from "./doctor.ts";
import { slurmRunLimit } from "./facts.ts";
import { slurmElement } from "./element.ts";
import { slurmSession } from "./session.ts";
import { slurmStatus } from "./status.ts";
import { answerLines, jobExpressions, type SteeringDialect } from "../steering.ts";

/** What scontrol and scancel say of jobs that have ended, or are forgotten: `1_1-2: Job has already finished`. */
const ENDED = /Invalid job id specified|already completing or completed|already finished/i;
/** `1_3-19: No error`, beside such a line and with status 1: for these elements it was done. */
const DONE = ": No error";

/**
 * Slurm 22.05 to 24.11: scontrol(1), scancel(1). Holding touches only what waits, whatever is named.
 */
export const slurmSteering: SteeringDialect = {
  cannotSuspend: "Slurm lets no user stop what runs (scontrol suspend is an operator's)",
  limitGroup: () => [],
  limitArray: (jobId, limit) => [
    ["scontrol", "update", `JobId=${jobId}`, `ArrayTaskThrottle=${limit}`],
  ],
  hold: ({ jobId }) => [["scontrol", "hold", jobId]],
  suspend: () => [],
  resume: ({ jobId }) => [["scontrol", "release", jobId]],
  cancel: (part) => jobExpressions(part, "_[").map((job) => ["scancel", job]),
  cancelWaiting: ({ jobId }) => [["scancel", "--state=PENDING", jobId]],
  readAnswer: ({ exitStatus, stderr }) => {
    const complaints = answerLines(stderr);
    if (exitStatus === 0 && !complaints.some((line) => line.includes("error:"))) return "done";
    const isExplained = complaints.every((line) => ENDED.test(line) || line.endsWith(DONE));
    if (complaints.length === 0 || !isExplained) return "refused";
    return complaints.some((line) => line.endsWith(DONE)) ? "done" : "ended";
  },
};

/** Slurm 22.05 to 24.11. */
export const slurm: Scheduler = {
  name: "slurm",
  title: "Slurm",
  submits: true,
  hasJobGroups: false,
  refinesGpus: false,
  containers: ["pyxis", "apptainer", "charliecloud", "none"],
  launchers: ["srun", "mpirun"],
  silence: [
    ...["Socket timed out", "Unable to contact slurm", "Connection refused", "onnection failure"],
    ...["Zero Bytes were transmitted", "backup controller in standby", "Connection reset by peer"],
    ...["Unexpected message received", "Munge encode failed", "Protocol authentication error"],
  ],
  withoutJobFile: (lines) => lines,
  jobFile: slurmJobFile,
  element: slurmElement,
  status: slurmStatus,
  runLimit: slurmRunLimit,
  steering: slurmSteering,
  session: slurmSession,
  doctor: slurmDoctor,
};
