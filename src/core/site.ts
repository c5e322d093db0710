/** A cluster's facts, the same for every study that runs there. */
export interface Site {
  readonly name: string;
  /** The site file, for messages. */
  readonly file: string;
  readonly scheduler: "lsf" | "local";
  /** Most elements of one job array; also the largest index. */
  readonly maxArraySize: number;
  readonly queue?: string;
  readonly userGroup?: string;
  /** Docker image the elements run in. */
  readonly image?: string;
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
}
