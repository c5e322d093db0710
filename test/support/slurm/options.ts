/** What a test's Slurm is like. */
export interface SlurmOptions {
  /** Default 2. */
  readonly nodes?: number;
  /** As declared, however many the machine has. Default 4. */
  readonly cpusPerNode?: number;
  /** As declared, however much the machine has. Default 4096. */
  readonly memoryMiB?: number;
  /** Largest index of an array plus one. Default 1001, Slurm's own. */
  readonly maxArraySize?: number;
  /** How long finished jobs are remembered; Slurm looks about twice a minute. Default 300, Slurm's own. */
  readonly minJobAgeSeconds?: number;
  /** Runs slurmdbd and MariaDB, so that `sacct` answers and accounts are asked for. Default false. */
  readonly accounting?: boolean;
  /** Most jobs (elements) a user has in Slurm at once; beyond that sbatch refuses. Implies accounting. */
  readonly maxSubmitJobs?: number;
  /** More lines of slurm.conf. */
  readonly settings?: readonly string[];
}

/** Partitions, named as on compute2: the default one, and one that takes 30 minutes at most. */
export const PARTITION = "general-cpu";
export const SHORT_PARTITION = "general-short";
/** The account jobs are charged to, where there is accounting. */
export const ACCOUNT = "compute2-lab";
export const CLUSTER = "bsweep";
