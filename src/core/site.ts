import type { ContainerRuntime, Placement } from "./placement.ts";

/** As a site file says it; which there are, `schedulers/index.ts` knows. */
export type SchedulerName = string;

/** What a site file may choose from. */
export interface SchedulerChoice {
  readonly name: SchedulerName;
  /** What its jobs can start containers with. */
  readonly containers: readonly ContainerRuntime[];
}

/** Keys a site may ask every study for. */
export const REQUIRABLE_KEYS = ["queue", "userGroup", "serviceClass", "image"] as const;
export type RequirableKey = (typeof REQUIRABLE_KEYS)[number];

/** A cluster's facts, the same for every study that runs there. */
export interface Site extends Placement {
  readonly name: string;
  /** The site file, for messages. */
  readonly file: string;
  /** Its own name, then those of the sites it starts from (`extends`). */
  readonly lineage: readonly string[];
  readonly scheduler: SchedulerName;
  /** What starts the elements' container. */
  readonly container: ContainerRuntime;
  /** Most elements of one job array; also the largest index. */
  readonly maxArraySize: number;
  /** What a study must say where the site does not. */
  readonly required: readonly RequirableKey[];
  /** Folders of the host mounted into the container under the same name. */
  readonly mounts: readonly string[];
  /** PATH inside the container. */
  readonly containerPath: string;
  /** The bsweep program inside the container. */
  readonly bsweep: string;
  /** How long an ended element's result may take to show up on the login node. */
  readonly resultGraceSeconds: number;
  /** Shell file that puts the scheduler's commands on PATH (cron has none). */
  readonly schedulerProfile?: string;
  /** Shell lines of a job before its container starts, such as `module load apptainer`. */
  readonly jobSetup: readonly string[];
}
