import { formatDuration } from "../core/quantities.ts";
import {
  type ClusterRule,
  type ClusterUse,
  isBelow,
  jobSeconds,
  mostAtOnce,
  SOURCES,
} from "./rule.ts";

const DAY = 86_400;
/** Most time of a job; other queues' limits are not documented. */
const QUEUE_SECONDS: Readonly<Record<string, number>> = {
  general: 28 * DAY,
  "general-interactive": DAY,
};
/** Slots of one person, over all jobs. */
const SLOTS = 500;
/** GPUs of one person, as suggested. */
const GPUS = 10;
/** Roots that are GPFS file systems, or are documented as mounts. */
const MOUNTABLE = ["/storage1", "/storage2", "/storage3", "/scratch1", "/home", "/opt/thpc"];
/** As general's hosts and condos name them. */
const GPU_MODELS = [
  "TeslaV100_SXM2_32GB",
  "NVIDIAA100_SXM4_40GB",
  "NVIDIAA100_SXM4_80GB",
  "NVIDIAA40",
];

const isInteractive = (queue: string): boolean => queue.endsWith("-interactive");

/** WashU RIS compute1. */
export const COMPUTE1_RULES: readonly ClusterRule[] = [
  {
    id: "compute1/default-queue",
    when: "the queue is missing, or an interactive one",
    why: "bsub without a queue takes general-interactive, which is not meant for the same analysis of many samples",
    source: SOURCES.policies,
    find: ({ placement: { queue } }) =>
      queue === undefined
        ? "no queue is named, so LSF takes general-interactive; say cluster: { queue: general }"
        : isInteractive(queue) &&
          `the queue ${queue} is for interactive work; take general, or your condo's batch queue`,
  },
  {
    id: "compute1/queue-time",
    when: "a job asks for more than 28 days in general, or 24 hours in general-interactive",
    why: "LSF refuses a job that asks for more than its queue's limit",
    source: SOURCES.policies,
    find: (use) => {
      const { queue = "general-interactive" } = use.placement;
      const [limit, seconds] = [QUEUE_SECONDS[queue] ?? Infinity, jobSeconds(use)];
      return (
        seconds > limit &&
        `a job asks for ${formatDuration(seconds)}, ${queue} has jobs of at most ${formatDuration(limit)}`
      );
    },
  },
  {
    id: "compute1/vcpu-limit",
    when: "elements that may run at once, times their cores, are more than 500",
    why: "one person has 500 slots over all jobs; the rest waits, and blocks your other jobs",
    source: SOURCES.jobExamples,
    find: (use) => {
      const { cpus } = use.study.resources;
      const slots = mostAtOnce(use) * cpus;
      if (slots <= SLOTS) return undefined;
      return `${mostAtOnce(use)} at once with ${cpus} cores each are ${slots} slots, one person has ${SLOTS}; a limit of ${Math.floor(SLOTS / cpus)} fits`;
    },
  },
  {
    id: "compute1/gpu-share",
    when: "elements that may run at once, times their GPUs, are more than 10",
    why: "about 10 GPUs for one person are asked for",
    source: SOURCES.jobExamples,
    find: (use) => {
      const count = use.study.resources.gpu?.count ?? 0;
      const gpus = mostAtOnce(use) * count;
      if (gpus <= GPUS) return undefined;
      return `${gpus} GPUs may be taken at once, ${GPUS} for one person are asked for; lower cluster.concurrencyLimit to ${Math.max(1, Math.floor(GPUS / count))}`;
    },
  },
  {
    id: "compute1/gmem-default",
    when: "a GPU is asked for without resources.gpu.memory",
    why: "the default is 2 GB of the GPU's memory: for LSF a GPU with no more than that free will do",
    source: SOURCES.jobExamples,
    find: ({ study: { resources } }) =>
      resources.gpu === undefined || resources.gpu.memoryMiB !== undefined
        ? undefined
        : "LSF reserves 2 GB of a GPU unless told otherwise; say resources: { gpu: { memory: 8GB } }",
  },
  {
    id: "compute1/gpu-model",
    when: "the GPU's model is none that is known of compute1",
    why: "a job that asks for a model no host has waits for ever",
    source: SOURCES.jobExamples,
    find: ({ study: { resources } }) => {
      const model = resources.gpu?.model;
      if (model === undefined || GPU_MODELS.includes(model)) return undefined;
      return `the GPU model ${model} is not among ${GPU_MODELS.join(", ")}; bhosts -gpu -w lists what there is`;
    },
  },
  {
    id: "compute1/subscription-needs-sla",
    when: "the queue is subscription without a service class, or the other way round",
    why: "subscription jobs name their group (-G), the queue and the service class (-sla); asking for more GPUs than the subscription has waits for ever",
    source: SOURCES.subscriptions,
    find: ({ placement: { queue, serviceClass } }) =>
      queue === "subscription" && serviceClass === undefined
        ? "the queue subscription needs cluster.serviceClass, your subscription's name"
        : queue !== "subscription" &&
          serviceClass !== undefined &&
          `the service class ${serviceClass} belongs to the queue subscription, found ${queue ?? "none"}`,
  },
  {
    id: "compute1/default-job-group",
    when: "cluster.jobGroup is /USER/default",
    why: "that group, which bsub takes without -g, has a limit of 5 running jobs",
    source: SOURCES.jobExamples,
    find: ({ study: { cluster } }) =>
      cluster.jobGroup !== undefined &&
      /^\/[^/]+\/default$/.test(cluster.jobGroup) &&
      `the job group ${cluster.jobGroup} lets 5 jobs run; leave jobGroup out, and the study gets its own`,
  },
  {
    id: "compute1/storage1-cache",
    when: "the workspace is on storage1",
    why: "batch hosts see storage1 through a cache: results show up late on login nodes, and a folder must not be written from both sides",
    source: SOURCES.storageVolumes,
    find: ({ workspace, site }) =>
      isBelow(workspace, "/storage1") &&
      `the workspace is on storage1, a cache on batch hosts: results may show up late (bsweep waits ${site.resultGraceSeconds} s for them); prefer storage2`,
  },
  {
    id: "compute1/scratch-purge",
    when: "the workspace or the data set is on scratch1",
    why: "what has not been changed for 28 days is deleted there",
    source: SOURCES.storageVolumes,
    find: ({ workspace, dataFolders }) => {
      const kept = [workspace, ...dataFolders].find((folder) => isBelow(folder, "/scratch1"));
      return (
        kept !== undefined &&
        `${kept} is on scratch1, where files older than 28 days are deleted: collect and copy results in time`
      );
    },
  },
  {
    id: "compute1/home-quota",
    when: "the workspace is under /home",
    why: "HOME holds 10 GB and LSF keeps every job's script and output in ~/.lsbatch there; once it is full, jobs end in disk errors",
    source: SOURCES.faq,
    find: ({ workspace }) =>
      isBelow(workspace, "/home") &&
      "the workspace is in HOME, which holds 10 GB, LSF's own files among them; use storage2 or scratch1",
  },
  {
    id: "compute1/gpfs-mounts",
    when: "a mount lies in no file system that may be mounted",
    why: "the wrapper refuses a volume that is not on GPFS",
    source: SOURCES.dockerVariables,
    find: ({ mounts }) => outside(mounts),
  },
  {
    id: "compute1/physical-path",
    when: "the workspace, a mount or the data set is named by a path below /rdcw",
    why: "login nodes reach storage through links to /rdcw/fs2, which no container has",
    source: SOURCES.physicalPaths,
    find: ({ workspace, mounts, dataFolders }) => {
      const path = [workspace, ...mounts, ...dataFolders].find((one) => isBelow(one, "/rdcw"));
      if (path === undefined) return undefined;
      return `${path} does not exist in containers; name it as /storage1, /storage2 or /home (cd there by that name)`;
    },
  },
];

function outside(mounts: ClusterUse["mounts"]): string | false {
  // The physical path has a rule of its own.
  const known = [...MOUNTABLE, "/rdcw"];
  const wrong = mounts.filter((mount) => !known.some((root) => isBelow(mount, root)));
  return (
    wrong.length > 0 &&
    `${wrong.join(", ")}: only folders on GPFS are mounted (${MOUNTABLE.join(", ")})`
  );
}
