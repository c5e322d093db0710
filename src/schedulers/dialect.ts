/** What one job array asks of its scheduler. */
export interface ArrayRequest {
  /** `[A-Za-z0-9._-]+` */
  readonly jobName: string;
  /** Elements, indices 1 .. elements. */
  readonly elements: number;
  /** Most elements running at once. */
  readonly concurrencyLimit: number;
  /** `/a/b`: the group whose limit holds for all arrays of the study together. */
  readonly jobGroup: string;
  readonly userGroup: string;
  readonly queue: string;
  /** Docker image. */
  readonly image: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly walltimeSeconds: number;
  /** Absolute, there before the job starts; logs are named by job id and index. */
  readonly logFolder: string;
}

/** What one scheduler calls things. Pure: text in, text out. */
export interface SchedulerDialect {
  readonly name: "lsf" | "local";
  /** How a line of options begins in a job file; empty where there are none. */
  readonly directivePrefix: "#BSUB" | "";
  /** Variable an element finds its index in, from 1. */
  readonly arrayIndexVariable: string;
  /** End of a job file's name. */
  readonly scriptExtension: ".bsub" | ".sh";
  /**
   * One option with its value for each line, quoted for the scheduler's own parser, the prefix left out.
   * @throws BsweepError WORKSPACE or INVALID_STUDY for a value the scheduler could not read
   */
  directives(request: ArrayRequest): readonly string[];
}
