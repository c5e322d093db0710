import { BsweepError } from "../../core/errors.ts";
import { hiddenReason } from "../../core/standing.ts";
import { schedulerOf, type Scheduler } from "../../schedulers/index.ts";
import { findSilence } from "../../schedulers/silence.ts";
import type { Argv } from "../../schedulers/status.ts";
import type { JobPart, SteeringDialect, SteeringOutcome } from "../../schedulers/steering.ts";
import {
  type Elements,
  isLive,
  type Scene,
  type SceneOptions,
  stateOf,
  type SteerableJob,
} from "./scene.ts";
import { escapeWithinLines } from "../../core/printable.ts";
import { runProcess } from "../../process/exec.ts";

type SteeringAction = "throttle" | "pause" | "resume" | "cancel";

/**
 * `done`: the scheduler did it. `planned`: it was only to be printed. `unchanged`: there was no need, or it cannot be.
 * `ended`: nothing is left that could be steered. `unsubmitted`: there is no job yet. `in doubt`: a job was asked for,
 * and nobody wrote its id down. `hidden`: somebody else's, which the scheduler does not show. `unreadable`: a round, of
 * whose jobs nobody can know, for the reason in `detail`. `accepted`: the scheduler does it, and had not when it was
 * looked at again. `refused`: the scheduler said no, in the words of `detail`. `unanswered`: it did not answer, and
 * nobody knows whether it was done.
 */
type SteeredOutcome =
  | (
      | "done"
      | "planned"
      | "unchanged"
      | "ended"
      | "unsubmitted"
      | "in doubt"
      | "hidden"
      | "unreadable"
    )
  | ("accepted" | "refused" | "unanswered");

/** One job, LSF's job group, or a round that cannot be read, and what became of it. */
export interface SteeredJob {
  /** For a person: `round 1, array 2`. */
  readonly name: string;
  /** Null for a job group, and where rounds cannot even be listed. */
  readonly round: number | null;
  /** 0: the canary; null: the job that mails at the end, a job group, or a round. */
  readonly array: number | null;
  /** The scheduler's id; null where there is none. */
  readonly job: string | null;
  readonly outcome: SteeredOutcome;
  /** What is done, or why nothing is. */
  readonly detail: string;
  /** The scheduler's commands, each as program and arguments. */
  readonly commands: readonly (readonly string[])[];
}

/** What a command that steers has done. */
export interface SteeringReport {
  readonly study: string;
  readonly action: SteeringAction;
  readonly jobs: readonly SteeredJob[];
  /** What else the user should know. */
  readonly notes: readonly string[];
}

/** What was done, and what could not be for want of readable files. */
export function reportSteering(
  { study, unusable }: Scene,
  action: SteeringAction,
  jobs: readonly SteeredJob[],
  notes: readonly string[],
): SteeringReport {
  const unreadable = unusable.map(({ round, error }): SteeredJob => ({
    name: round === null ? "every round" : `round ${round}`,
    ...{ round, array: null, job: null, outcome: "unreadable", commands: [] },
    detail: error.message,
  }));
  return { study: study.name, action, jobs: [...jobs, ...unreadable], notes };
}

export interface SteeringOptions extends SceneOptions {
  /** Nothing is done. */
  readonly printOnly: boolean;
}

/** Something to be done to one job, or why nothing is. */
export interface Step extends Omit<SteeredJob, "outcome" | "commands"> {
  readonly scheduler: Scheduler;
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
type Decision =
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
    const place = { name, round, array, job: job.job, dialect, scheduler: schedulerOf(job) };
    const state = stateOf(job, answer);
    if (!isLive(state)) {
      const outcome = typeof state === "string" ? state : "ended";
      const submitter = job.submitter?.name ?? "";
      const detail = outcome === "hidden" ? hiddenReason({ submitter }) : REASONS[outcome];
      return { ...place, outcome, detail, commands: [] };
    }
    const decision = decide(job, state, dialect);
    if ("unchanged" in decision)
      return { ...place, outcome: "unchanged", detail: decision.unchanged, commands: [] };
    if (decision.commands.length > 0) return { ...place, outcome: null, ...decision };
    const detail = `${place.scheduler.title} has no command for it`;
    return { ...place, outcome: "unchanged", detail, commands: [] };
  });
}

const REASONS = {
  unsubmitted: "not submitted yet",
  "in doubt": "asked for, but its id was never written down: run submit.sh, which looks for it",
  ended: "has ended: the scheduler knows no unfinished job of that id and name",
} as const;

/** Elements of a job as its scheduler addresses them; all of it where none is named. */
export function partOf({ job }: SteerableJob, indices: readonly number[] = [0]): JobPart {
  // A job that is no array is told of as element 0.
  return { jobId: job ?? "", indices: indices.includes(0) ? null : indices };
}

/** A scheduler's commands wait for ever where the cluster is busy. */
const TIMEOUT_SECONDS = 60;

/**
 * Runs the commands of each step, one after another: what one job refuses does not keep the others from being
 * steered.
 * @param printOnly nothing is run
 */
export async function runSteps(steps: readonly Step[], printOnly: boolean): Promise<SteeredJob[]> {
  const jobs: SteeredJob[] = [];
  for (const { scheduler, dialect, ...step } of steps) {
    if (step.outcome !== null) jobs.push({ ...step, outcome: step.outcome });
    else if (printOnly) jobs.push({ ...step, outcome: "planned" });
    else jobs.push({ ...step, ...(await runStep({ ...step, scheduler, dialect })) });
  }
  return jobs;
}

interface CommandEnd {
  readonly outcome: SteeringOutcome | "unanswered";
  /** What was said. */
  readonly text: string;
}

async function runStep(step: Step): Promise<Pick<SteeredJob, "outcome" | "detail">> {
  const ends: CommandEnd[] = [];
  for (const command of step.commands) ends.push(await runOne(command, step));
  const { detail } = step;
  for (const worst of ["refused", "unanswered"] as const) {
    const those = ends.filter(({ outcome }) => outcome === worst);
    if (those.length > 0)
      return { outcome: worst, detail: those.map(({ text }) => text).join("\n") };
  }
  if (ends.some(({ outcome }) => outcome === "accepted")) return { outcome: "accepted", detail };
  return ends.some(({ outcome }) => outcome === "done")
    ? { outcome: "done", detail }
    : { outcome: "ended", detail: "has ended meanwhile" };
}

async function runOne(
  [program, ...words]: Argv,
  { dialect, scheduler }: Pick<Step, "dialect" | "scheduler">,
): Promise<CommandEnd> {
  const run = await runProcess(program, words, { timeoutSeconds: TIMEOUT_SECONDS });
  if (run.notFound) return { outcome: "refused", text: `${program} is not on PATH` };
  if (run.timedOut) {
    const text = `${program} did not answer within ${TIMEOUT_SECONDS} s: whether it was done is not known`;
    return { outcome: "unanswered", text };
  }
  const said = [run.stderr, run.stdout].map((text) => text.trim()).filter((text) => text !== "");
  const text = escapeWithinLines(said.join("\n")) || run.failure;
  const outcome = dialect.readAnswer(run);
  const isSilent = outcome === "refused" && findSilence(scheduler, run) !== undefined;
  return { outcome: isSilent ? "unanswered" : outcome, text };
}
