import type { Check } from "../core/check.ts";
import type { Placement } from "../core/placement.ts";
import type { Site } from "../core/site.ts";
import type { Study } from "../core/study.ts";
import type { Environment } from "./element.ts";
import type { Argv } from "./status.ts";

/** What doctor asks about. */
export interface DoctorSubject {
  readonly study: Study | null;
  readonly site: Site;
  /** What the study would ask for; null where something is missing. */
  readonly cluster: (Placement & { readonly jobGroup: string }) | null;
  readonly user: string;
}

/** What a command left behind. */
export interface DoctorAnswer {
  readonly stdout: string;
  readonly succeeded: boolean;
  /** Why it failed, in a line. */
  readonly reason: string;
}

/** One command, and what its answer means. */
export interface DoctorQuestion {
  readonly argv: Argv;
  /** In place of the answer where the program is not here; absent: it is run all the same. */
  readonly absent?: Check;
  readonly judge: (answer: DoctorAnswer) => readonly Check[];
}

/** What `bsweep doctor` asks a scheduler. Pure: what to run, and what is made of it. */
export interface DoctorDialect {
  /** Programs that submit.sh, status and steering run; the first one submits. */
  readonly commands: readonly string[];
  /** Whether the scheduler answers comes first: where that fails, the others are not asked. */
  questions(subject: DoctorSubject): readonly DoctorQuestion[];
  /** What can be seen from inside a job of its own, where bsweep itself may run; nothing outside. */
  inside(subject: DoctorSubject, environment: Environment): readonly Check[];
}
