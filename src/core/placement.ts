/**
 * Where and as whom jobs run. A site and a study may both say so; the study's key wins. Each key has one
 * meaning and two spellings: LSF's option and Slurm's.
 */
export interface Placement {
  /** `-q`; `--partition`. */
  readonly queue?: string;
  /** Queue of `bsweep shell`, where batch queues take no terminals. */
  readonly interactiveQueue?: string;
  /** `-G`; `--account`. */
  readonly userGroup?: string;
  /** `-sla` (a subscription); `--qos`. */
  readonly serviceClass?: string;
  /** `-sp`, among the user's own jobs. LSF only. */
  readonly priority?: number;
  /** `-m`: hosts or host groups, any of them. LSF only. */
  readonly hosts?: readonly string[];
  /** `select[hname!='...']`; `--exclude`. */
  readonly excludeHosts?: readonly string[];
  /** `select[model==...]`; `--constraint`. */
  readonly hostModel?: string;
  /** Container image the elements run in. */
  readonly image?: string;
  /** Most elements of the user that may wait in the scheduler: MAX_PEND_JOBS; MaxSubmitJobs. More go in a later wave. */
  readonly maxPendingElements?: number;
  /** Further options, one directive each, as the scheduler writes them. */
  readonly schedulerOptions?: readonly string[];
}

/** GPUs of one element. */
export interface GpuRequest {
  readonly count: number;
  /** `gmodel=`; `--gres=gpu:MODEL:N`. */
  readonly model?: string;
  /** Of each GPU, `gmem=`. LSF only. */
  readonly memoryMiB?: number;
  /** Whether other jobs may use the same GPU: `j_exclusive=no`. LSF only. */
  readonly shared: boolean;
}

/** `docker`: LSF's wrapper, `-a 'docker(IMAGE)'`. The others start inside the job script. `none`: on the host itself. */
export const CONTAINER_RUNTIMES = ["docker", "pyxis", "apptainer", "charliecloud", "none"] as const;
export type ContainerRuntime = (typeof CONTAINER_RUNTIMES)[number];

/** Programs that start a process on each slot of a job. */
export const LAUNCHERS = ["blaunch", "mpirun", "srun"] as const;
export type Launcher = (typeof LAUNCHERS)[number];

/** One job of several slots, whose tasks take elements until none is left. */
export interface Pool {
  /** Tasks side by side; each has the resources of one element. */
  readonly slots: number;
  /** Most tasks on one host; absent: LSF all of them, since it counts memory by hosts, Slurm as many as it likes. */
  readonly slotsPerHost?: number;
  /** Of the job as a whole, seconds; an element keeps `resources.walltime`. */
  readonly walltimeSeconds: number;
  /** Absent: LSF's blaunch, Slurm's srun. */
  readonly launcher?: Launcher;
}
