import { userInfo } from "node:os";
import { DEFAULT_VARIANTS, type Variants } from "./variants.ts";

/** How elements run: never, as a process of this machine, or in a container as compute1's wrapper starts it. */
export type ElementMode = "hold" | "process" | "podman";

export interface HostDescription {
  readonly name: string;
  readonly slots: number;
  readonly memoryMiB: number;
  /** As `select[model==...]` names it. */
  readonly model: string;
  /** Models of its GPUs, as `gmodel=` names them. */
  readonly gpus: readonly string[];
}

export interface QueueDescription {
  readonly name: string;
  /** "only": a queue for interactive jobs alone. */
  readonly interactive: "no" | "yes" | "only";
  /** User groups that may use it; everyone where there are none. */
  readonly userGroups: readonly string[];
  readonly needsServiceClass: boolean;
  readonly open: boolean;
  readonly runLimitSeconds: number | null;
}

export interface PodmanSettings {
  /** The program with its first arguments. */
  readonly command: readonly string[];
  /** Added to the environment of podman itself, such as CONTAINERS_CONF. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the submission names none (LSF_DOCKER_NETWORK). Docker has a bridge there, which not every machine can make. */
  readonly network: string;
  readonly userId: number;
  readonly groupId: number;
}

/** How the emulated cluster is set up. Times are seconds of the emulated clock. */
export interface Settings {
  readonly mode: ElementMode;
  readonly clusterName: string;
  readonly user: string;
  readonly hosts: readonly HostDescription[];
  readonly queues: readonly QueueDescription[];
  readonly defaultQueue: string;
  /** User groups that exist; true: the user is a member. */
  readonly userGroups: Readonly<Record<string, boolean>>;
  readonly defaultUserGroup: string;
  readonly serviceClasses: readonly string[];
  /** Emulated seconds that pass in a second. */
  readonly clockScale: number;
  /** How far the cluster's clock is ahead of the machine's at first. */
  readonly clockAheadSeconds: number;
  /** CLEAN_PERIOD: how long finished jobs are remembered. */
  readonly cleanPeriodSeconds: number;
  /** MAX_JOB_ARRAY_SIZE: bounds the count and the largest index. */
  readonly maxArraySize: number;
  /** MAX_PEND_JOBS, counted in elements. */
  readonly maxPendingJobs: number;
  /** SUB_TRY_INTERVAL. */
  readonly submitRetrySeconds: number;
  /** MAX_USER_PRIORITY; null: not defined. */
  readonly maxUserPriority: number | null;
  /** Slots a user may have at once; 500 on compute1. */
  readonly userSlots: number;
  /** What a job reserves, and may use, that asks for nothing; 4 GB on compute1. */
  readonly defaultMemoryMiB: number;
  /** Limit of the group /USER/default that jobs without -g go to; 5 on compute1. */
  readonly defaultGroupLimit: number;
  /** JOB_TERMINATE_INTERVAL: between INT, TERM and KILL. */
  readonly terminateIntervalSeconds: number;
  /** From SIGUSR2 at the run limit to INT, TERM, KILL; ten minutes, bsub(1) -W. */
  readonly runLimitGraceSeconds: number;
  readonly firstJobId: number;
  /** Resource names beside LSF's own that `-R` may use. */
  readonly resources: readonly string[];
  readonly podman: PodmanSettings;
  readonly variants: Variants;
}

const queue = (name: string, rest: Partial<QueueDescription> = {}): QueueDescription => ({
  name,
  interactive: "yes",
  userGroups: [],
  needsServiceClass: false,
  open: true,
  runLimitSeconds: null,
  ...rest,
});

const DAY_SECONDS = 86_400;

const host = (number: number): HostDescription => ({
  name: `exec-${number}`,
  slots: 8,
  memoryMiB: 65_536,
  model: "Intel_Xeon_Gold6242CPU280GHz",
  gpus: number === 1 ? ["TeslaV100_SXM2_32GB", "TeslaV100_SXM2_32GB"] : [],
});

/** A small compute1: its queues, its limits, two hosts. */
export const DEFAULT_SETTINGS: Settings = {
  mode: "process",
  clusterName: "emulated-lsf",
  user: userInfo().username,
  hosts: [host(1), host(2)],
  queues: [
    queue("general", { runLimitSeconds: 28 * DAY_SECONDS }),
    queue("general-interactive", { runLimitSeconds: DAY_SECONDS }),
    queue("lab", { userGroups: ["compute-lab"] }),
    queue("batch-only", { interactive: "no" }),
    queue("interactive-only", { interactive: "only" }),
    queue("closed", { open: false }),
    queue("subscription", { needsServiceClass: true }),
  ],
  defaultQueue: "general-interactive",
  userGroups: { "compute-lab": true, "compute-brianallen": true, "compute-other": false },
  defaultUserGroup: "compute-lab",
  serviceClasses: ["lab_t1"],
  clockScale: 1,
  clockAheadSeconds: 0,
  cleanPeriodSeconds: 3600,
  maxArraySize: 1000,
  maxPendingJobs: 2_147_483_647,
  submitRetrySeconds: 60,
  maxUserPriority: 100,
  userSlots: 500,
  defaultMemoryMiB: 4096,
  defaultGroupLimit: 5,
  terminateIntervalSeconds: 10,
  runLimitGraceSeconds: 600,
  firstJobId: 1000,
  resources: [],
  podman: {
    command: ["podman"],
    environment: {},
    network: "none",
    userId: 61_017,
    groupId: 61_017,
  },
  variants: DEFAULT_VARIANTS,
};
