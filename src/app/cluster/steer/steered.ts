export type SteeringAction = "throttle" | "pause" | "resume" | "cancel";

/**
 * `done`: the scheduler did it. `planned`: it was only to be printed. `unchanged`: there was no need, or it cannot be.
 * `ended`: nothing is left that could be steered. `unsubmitted`: there is no job yet. `in doubt`: a job was asked for,
 * and nobody wrote its id down. `refused`: the scheduler said no, in the words of `detail`.
 */
export type SteeredOutcome =
  "done" | "planned" | "unchanged" | "ended" | "unsubmitted" | "in doubt" | "refused";

/** One job, or LSF's job group, and what became of it. */
export interface SteeredJob {
  /** For a person: `round 1, array 2`. */
  readonly name: string;
  /** Null for a job group. */
  readonly round: number | null;
  /** 0: the canary; null: the job that mails at the end, or a job group. */
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
