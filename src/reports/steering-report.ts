import type { SteeredJob, SteeringReport } from "../app/steer/steps.ts";

/** What became of each job, a line each; the scheduler's own words where it refused. */
export function formatSteeringReport({ jobs, notes }: SteeringReport): string {
  const lines = jobs.map((job) => `${formatJob(job)}: ${formatOutcome(job)}`);
  return [...lines, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}

/** The commands, each after a comment that says what it is for: a script for a shell. */
export function formatSteeringCommands(
  { jobs }: SteeringReport,
  formatCommand: (...words: readonly string[]) => string,
): string {
  return jobs
    .flatMap((job) => [
      `# ${formatJob(job)}: ${job.detail}`,
      ...job.commands.map((words) => formatCommand(...words)),
    ])
    .join("\n");
}

function formatJob({ name, job }: SteeredJob): string {
  return job === null ? name : `${name}, job ${job}`;
}

function formatOutcome({ outcome, detail }: SteeredJob): string {
  if (outcome !== "refused" && outcome !== "unanswered") return detail;
  const lines = detail.split("\n").map((line) => `  ${line}`);
  return [outcome === "refused" ? "REFUSED" : "NO ANSWER", ...lines].join("\n");
}
