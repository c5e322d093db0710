import { answerLines, jobExpressions, type SteeringDialect } from "../steering.ts";

/** What scontrol and scancel say of jobs that have ended, or are forgotten. */
const ENDED = /Invalid job id specified|already completing or completed|no longer pending execution/i;

/**
 * Slurm 22.05 to 24.11: scontrol(1), scancel(1). Holding touches only what waits, whatever is named. Users cannot
 * suspend what runs: `scontrol suspend` is an operator's.
 */
export const slurmSteering: SteeringDialect = {
  name: "slurm",
  suspendsRunning: false,
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
    return complaints.length > 0 && complaints.every((line) => ENDED.test(line))
      ? "ended"
      : "refused";
  },
};
