import type { GpuRequest, Placement, Pool } from "../core/placement.ts";

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
  /** Words of a command line that place a job which does nothing but end, and be told of by mail. */
  notifyOptions(request: NotifyRequest): readonly string[];
}

/** Where a job runs that only ends. */
export interface NotifyRequest extends Placement {
  readonly jobGroup: string;
  readonly isDocker: boolean;
}
