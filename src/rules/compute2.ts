import { formatDuration } from "../core/quantities.ts";
import { type ClusterRule, type ClusterUse, jobSeconds, SOURCES } from "./rule.ts";

const DAY = 86_400;
const SHORT_SECONDS = 30 * 60;

/** Most time of a job, where people who use the partition agree. */
const LIMITS: Readonly<Record<string, number>> = {
  "general-cpu": 15 * DAY,
  "general-gpu": 15 * DAY,
  "general-bigmem": 15 * DAY,
  "general-interactive": 5 * DAY,
};

function partitions({ placement }: ClusterUse): string[] {
  return placement.queue?.split(",") ?? [];
}

/** WashU RIS compute2. */
export const COMPUTE2_RULES: readonly ClusterRule[] = [
  {
    id: "compute2/general-short",
    when: "general-short is named and a job asks for more than 30 minutes",
    why: "Slurm rejects the job, even where other partitions are named beside it",
    source: SOURCES.compute2Scripts,
    find: (use) =>
      partitions(use).includes("general-short") &&
      jobSeconds(use) > SHORT_SECONDS &&
      `general-short takes jobs of at most 30 minutes, found ${formatDuration(jobSeconds(use))}`,
  },
  {
    id: "compute2/partition-time",
    when: "a job asks for more than 15 days, in general-interactive for more than 5",
    why: "sources differ (15 or 28 days): above these a job may wait for ever with the reason PartitionTimeLimit",
    source: SOURCES.compute2Scripts,
    find: (use) => {
      const over = partitions(use).find((name) => jobSeconds(use) > (LIMITS[name] ?? Infinity));
      if (over === undefined) return undefined;
      return `a job asks for ${formatDuration(jobSeconds(use))} in ${over}; check its limit with sinfo -p ${over} -o %l`;
    },
  },
  {
    id: "compute2/gpu-partition",
    when: "a GPU is asked for in a general partition without GPUs",
    why: "GPUs are in general-gpu and general-preempt-gpu; elsewhere such a job is refused or waits for ever",
    source: SOURCES.compute2Quickstart,
    find: (use) => {
      if (use.study.resources.gpu === undefined) return undefined;
      const wrong = partitions(use).find(
        (name) => name.startsWith("general") && name !== "general" && !name.endsWith("-gpu"),
      );
      if (wrong === undefined) return undefined;
      return `${wrong} has no GPUs; say cluster: { queue: general-gpu }`;
    },
  },
  {
    id: "compute2/preemption",
    when: "a preemptible partition is named and checkpoints are off",
    why: "a job there is stopped and put back into the queue when others need its node; without checkpoints its training starts over",
    source: SOURCES.compute2Scripts,
    find: (use) => {
      const one = partitions(use).find((name) => name.includes("preempt"));
      if (one === undefined || use.study.resources.checkpointSeconds !== null) return undefined;
      return `jobs in ${one} may be stopped at any time; say resources: { checkpoint: 10m }`;
    },
  },
];
