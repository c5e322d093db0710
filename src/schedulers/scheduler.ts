import type { Launcher } from "../core/placement.ts";
import type { SchedulerChoice } from "../core/site.ts";
import type { DoctorDialect } from "./doctor.ts";
import type { ElementDialect } from "./element.ts";
import type { JobFileDialect } from "./job-file.ts";
import type { SessionDialect } from "./session.ts";
import type { StatusDialect } from "./status.ts";
import type { SteeringDialect } from "./steering.ts";

/**
 * All that is known of one scheduler: what to write, what to ask, and what the answers mean. Pure, text in and text
 * out. Its name is also that of its folder of templates: `array` with the script extension, and `submit.sh`.
 */
export interface Scheduler extends SchedulerChoice {
  /** For a person. */
  readonly title: string;
  /** Whether jobs are submitted to it; else `bsweep local` runs the elements, and there is nothing to ask or to steer. */
  readonly submits: boolean;
  /** Whether a group of jobs has one limit for all arrays of a study; else each array waits for the one before. */
  readonly hasJobGroups: boolean;
  /** Whether an element may ask for a GPU by its memory, or share one. */
  readonly refinesGpus: boolean;
  /** What a pool may start its tasks with, the first where nobody says; none where it has no parallel jobs. */
  readonly launchers: readonly Launcher[];
  readonly jobFile: JobFileDialect;
  readonly element: ElementDialect;
  /** Null: nobody can be asked. */
  readonly status: StatusDialect | null;
  /** Null: jobs are steered by hand. */
  readonly steering: SteeringDialect | null;
  /** Null: nobody gets a shell by it. */
  readonly session: SessionDialect | null;
  readonly doctor: DoctorDialect;
}
