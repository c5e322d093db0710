import type { SteeredJob, SteeredOutcome } from "./steered.ts";
import { BsweepError } from "../../../core/errors.ts";
import { schedulerOf } from "../../../schedulers/index.ts";
import type { Argv } from "../../../schedulers/status.ts";
import type { JobPart, SteeringDialect } from "../../../schedulers/steering.ts";
import { isLive, stateOf, type Elements, type Scene, type SteerableJob } from "./scene.ts";

/** Something to be done to one job, or why nothing is. */
export interface Step extends Omit<SteeredJob, "outcome" | "commands"> {
  /** Null: it is to be done. */
  readonly outcome: SteeredOutcome | null;
  readonly commands: readonly Argv[];
  readonly dialect: SteeringDialect;
}

/** @throws BsweepError CONFLICT for a scheduler whose jobs are steered by hand */
export function dialectOf(job: Pick<SteerableJob, "scheduler" | "job">): SteeringDialect {
  const { steering, title } = schedulerOf(job);
  if (steering !== null) return steering;
  throw new BsweepError("CONFLICT", `bsweep does not know how to steer jobs of ${title}`, {
    hint: `use ${title}'s own commands on job ${job.job ?? ""}`,
  });
}

/** What to do to a job of which something is left: nothing, for the reason given, or these commands. */
export type Decision =
  { readonly commands: readonly Argv[]; readonly detail: string } | { readonly unchanged: string };

/** A step for each job; `decide` is asked about those of which something is left. */
export function planSteps(
  { answer }: Pick<Scene, "answer">,
  jobs: readonly SteerableJob[],
  decide: (job: SteerableJob, elements: Elements, dialect: SteeringDialect) => Decision,
): Step[] {
  return jobs.map((job) => {
    const { name, round, array } = job;
    const dialect = dialectOf(job);
    const place = { name, round, array, job: job.job, dialect };
    const state = stateOf(job, answer);
    if (!isLive(state)) {
      const outcome = typeof state === "string" ? state : "ended";
      return { ...place, outcome, detail: REASONS[outcome], commands: [] };
    }
    const decision = decide(job, state, dialect);
    if ("unchanged" in decision)
      return { ...place, outcome: "unchanged", detail: decision.unchanged, commands: [] };
    if (decision.commands.length > 0) return { ...place, outcome: null, ...decision };
    const detail = `${schedulerOf(job).title} has no command for it`;
    return { ...place, outcome: "unchanged", detail, commands: [] };
  });
}

const REASONS = {
  unsubmitted: "not submitted yet",
  "in doubt": "asked for, but its id was never written down: run submit.sh, which looks for it",
  ended: "has ended: the scheduler knows no unfinished job of that id and name",
} as const;

/** Elements of a job as its scheduler addresses them. */
export function partOf({ job }: SteerableJob, indices: readonly number[]): JobPart {
  // A job that is no array is told of as element 0.
  return { jobId: job ?? "", indices: indices.includes(0) ? null : indices };
}

export function wholeOf({ job }: SteerableJob): JobPart {
  return { jobId: job ?? "", indices: null };
}

export function countOf(count: number, what = "element"): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
