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
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly walltimeSeconds: number;
  readonly containerPath: string;
  readonly bsweep: string;
  /** Folder of the staged Node and bsweep, relative to the workspace; empty when the image brings them. */
  readonly runner: string;
  /** Relative to the workspace. */
  readonly manifest: string;
}

/** Fields of submit.sh. */
export interface SubmitView extends RoundView {
  readonly trials: number;
  readonly elements: number;
  readonly jobGroup: string;
  readonly concurrencyLimit: number;
  /** LSF_DOCKER_VOLUMES. */
  readonly volumes: string;
  readonly submitFolder: string;
  /** Empty when the site has none. */
  readonly schedulerProfile: string;
  readonly arrays: readonly SubmitArrayView[];
}

export interface SubmitArrayView {
  readonly arrayName: string;
  readonly jobName: string;
  readonly script: string;
  readonly elements: number;
}
