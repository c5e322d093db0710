/**
 * What templates see. templates/README.md explains each field; a test holds the two together.
 * Text is raw: a template writes `{{shell name}}` wherever a value stands in a script.
 */

/** Fields of every template. */
export interface RoundView {
  readonly bsweepVersion: string;
  readonly study: string;
  /** Relative to the workspace where it lies inside, else absolute. */
  readonly studyFile: string;
  readonly round: number;
  readonly workspace: string;
  /** Relative to the workspace. */
  readonly roundFolder: string;
  /** Relative to the workspace. */
  readonly resultsFolder: string;
  readonly arrayCount: number;
}

/** Fields of a job file. */
export interface JobView extends RoundView {
  readonly array: number;
  readonly arrayName: string;
  readonly elements: number;
  readonly directivePrefix: string;
  readonly directives: readonly string[];
  readonly arrayIndexVariable: string;
  readonly jobIdVariable: string;
  /** Whether this is the array of one element that the others wait for. */
  readonly canary: boolean;
  /** Whether the job is parallel: its tasks take the elements. */
  readonly pool: boolean;
  readonly poolSlots: number;
  readonly launcher: string;
  /** Whether elements run in an image. */
  readonly container: boolean;
  /** Shell lines of the site, run on the host before anything else. */
  readonly jobSetup: readonly string[];
  /** Words that start a program inside the image; empty where it runs there already, or on the host. */
  readonly containerPrefix: readonly string[];
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly walltimeSeconds: number;
  readonly containerPath: string;
  readonly bsweep: string;
  /** Folder of the staged Node and bsweep, relative to the workspace; empty when the image brings them. */
  readonly runner: string;
  /** Relative to the workspace. */
  readonly manifest: string;
  /** This job file, absolute. */
  readonly scriptPath: string;
  /** Folder of the elements' own logs, relative to the workspace. */
  readonly logFolder: string;
  /** Exit status that asks to be run again. */
  readonly runAgainStatus: number;
  readonly gpu: boolean;
}

/** Fields of submit.sh. */
export interface SubmitView extends RoundView {
  readonly trials: number;
  readonly elements: number;
  readonly jobGroup: string;
  readonly concurrencyLimit: number;
  /** Whether LSF's Docker wrapper starts the containers. */
  readonly docker: boolean;
  /** LSF_DOCKER_VOLUMES; empty without Docker. */
  readonly volumes: string;
  readonly submitFolder: string;
  readonly hasCanary: boolean;
  /** Whether each array waits for the one before: Slurm has no other limit for all of them together. */
  readonly chained: boolean;
  readonly pool: boolean;
  /** 0: no limit but the scheduler's. */
  readonly maxPendingElements: number;
  /** Address for a mail at the end; empty for none. */
  readonly notify: string;
  /** Name of the job that mails. */
  readonly notifyName: string;
  /** Its options, as words of a command line. */
  readonly notifyOptions: readonly string[];
  /** The study's folder of rounds, relative to the workspace. */
  readonly studyJobs: string;
  readonly scriptExtension: string;
  /** Empty when the site has none. */
  readonly schedulerProfile: string;
  readonly arrays: readonly SubmitArrayView[];
}

export interface SubmitArrayView {
  readonly arrayName: string;
  readonly canary: boolean;
  readonly jobName: string;
  readonly script: string;
  readonly elements: number;
}
