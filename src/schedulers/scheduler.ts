import type { GpuRequest, Launcher, Placement, Pool } from "../core/placement.ts";
import type { SchedulerChoice, Site } from "../core/site.ts";
import type { ElementDialect, Environment } from "./element.ts";
import type { SessionDialect } from "./session.ts";
import type { Argv, StatusDialect } from "./status.ts";
import type { SteeringDialect } from "./steering.ts";
import type { Check } from "../core/check.ts";
import type { Study } from "../core/study.ts";

/** What doctor asks about. */
export interface DoctorSubject {
  readonly study: Study | null;
  readonly site: Site;
  /** What the study would ask for; null where something is missing. */
  readonly cluster: (Placement & { readonly jobGroup: string }) | null;
  readonly user: string;
}

/** What a command left behind. */
interface DoctorAnswer {
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

/** What one job asks of its scheduler: a job array, or a parallel job whose tasks take the elements. */
export interface JobRequest extends Placement {
  /** `[A-Za-z0-9._-]+` */
  readonly jobName: string;
  /** Elements, indices 1 .. elements. */
  readonly elements: number;
  /** Most elements running at once. */
  readonly concurrencyLimit: number;
  /** `/a/b`: LSF's group whose limit holds for all arrays of the study together; "" elsewhere. */
  readonly jobGroup: string;
  /** Null: a job array. */
  readonly pool: Pool | null;
  /** Of one element. */
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly walltimeSeconds: number;
  readonly gpu?: GpuRequest;
  readonly tmpMiB?: number;
  /** LSF's Docker wrapper starts the container. */
  readonly isDocker: boolean;
  /** Absolute, there before the job starts; logs are named by job id and index. */
  readonly logFolder: string;
}

/** How one scheduler's job files are written. Pure: text in, text out. */
export interface JobFileDialect {
  /** How a line of options begins, such as `#BSUB`; empty where there are none. */
  readonly directivePrefix: string;
  /** End of a job file's name, such as `.bsub`; no two schedulers have the same. */
  readonly scriptExtension: string;
  /**
   * One option with its value for each line, quoted for the scheduler's own parser, the prefix left out.
   * @throws BsweepError WORKSPACE or INVALID_STUDY for a value the scheduler could not read
   */
  directives(request: JobRequest): readonly string[];
  /** Words of a command line that place a job which counts what a round has left, and is told of by mail. */
  notifyOptions(request: NotifyRequest): readonly string[];
}

/** How a scheduler is asked how long a job may run where it goes. Pure. */
export interface RunLimitDialect {
  /** @param queue as a study or a site names it; undefined: the default one. Null where nothing can be asked about that */
  argv(queue: string | undefined): Argv | null;
  /** Seconds; null where the answer does not tell, or there is no limit. */
  parse(stdout: string, queue: string | undefined): number | null;
}

/** Where a job runs that only counts. */
interface NotifyRequest extends Placement {
  readonly jobGroup: string;
  readonly isDocker: boolean;
}

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
  /** What its commands say, in part, where its daemons do not answer. */
  readonly silence: readonly string[];
  /** Of lines of its log of a job, those that are not the job file once more; all of them where it quotes none. */
  readonly withoutJobFile: (lines: readonly string[]) => readonly string[];
  readonly jobFile: JobFileDialect;
  readonly element: ElementDialect;
  /** Null: nobody can be asked. */
  readonly status: StatusDialect | null;
  /** Null: nobody can be asked. */
  readonly runLimit: RunLimitDialect | null;
  /** Null: jobs are steered by hand. */
  readonly steering: SteeringDialect | null;
  /** Null: nobody gets a shell by it. */
  readonly session: SessionDialect | null;
  readonly doctor: DoctorDialect;
}
