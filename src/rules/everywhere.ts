import { parseImageReference } from "../core/image.ts";
import { formatDuration, formatMemory } from "../core/quantities.ts";
import type { Study } from "../core/study.ts";
import { type ClusterRule, isBelow, jobSeconds, SOURCES } from "./rule.ts";

/** An element shorter than this is mostly its container's start and its scheduler's work. */
const SHORT_ELEMENT_SECONDS = 60;
/** So many short elements are worth a word. */
const MANY_ELEMENTS = 20;
/** Below this the built-in trainer has been killed. */
const TRAINER_MEMORY_MIB = 1024;
/** The least memory that rules have nothing to say about. */
export function leastMemoryMiB({ trainer }: Study): number {
  return trainer.kind === "cnn" ? TRAINER_MEMORY_MIB : 0;
}

/** More than this is lost when a host is, without checkpoints. */
const LONG_SECONDS = 2 * 3600;
const NODE_LOCAL = ["/tmp", "/var/tmp", "/dev/shm"];

/** Whether it names an image of a registry, not by its digest. */
function isTagged(image: string | undefined): boolean {
  const reference = image === undefined ? undefined : parseImageReference(image);
  return reference !== undefined && reference.digest === undefined;
}

/** Every site with a scheduler. */
export const GENERAL_RULES: readonly ClusterRule[] = [
  {
    id: "cluster/short-elements",
    when: "more than 20 elements take less than a minute each, by the shapes of their networks",
    why: "an element costs its scheduler and its container's start some seconds; schedulers ask for jobs that are longer",
    source: SOURCES.jobExamples,
    find: ({ elementSeconds, elements }) =>
      elementSeconds !== null &&
      elementSeconds < SHORT_ELEMENT_SECONDS &&
      (elements ?? 0) > MANY_ELEMENTS &&
      `an element takes about ${formatDuration(elementSeconds)}; pack several trials into one (resources: { trialsPerElement: auto })`,
  },
  {
    id: "cluster/whole-minutes",
    when: "a wall time is no whole number of minutes",
    why: "LSF's -W counts minutes, and Slurm rounds up to the next one; bsweep's own clock stops an element at the time you named",
    source: SOURCES.sbatch,
    find: (use) => {
      const seconds = jobSeconds(use);
      return (
        seconds % 60 !== 0 &&
        `schedulers count minutes: ${formatDuration(seconds)} becomes ${formatDuration(Math.ceil(seconds / 60) * 60)}`
      );
    },
  },
  {
    id: "cluster/node-local-workspace",
    when: "the workspace is in /tmp, /var/tmp or /dev/shm",
    why: "these belong to one host alone: elements elsewhere find no manifest, and logs written there are lost",
    source: SOURCES.compute2Scripts,
    find: ({ workspace }) => {
      const local = NODE_LOCAL.find((folder) => isBelow(workspace, folder));
      if (local === undefined) return undefined;
      return `the workspace is in ${local}, which every host has for itself; use a shared file system`;
    },
  },
  {
    id: "cluster/checkpoint-off",
    when: "checkpoints are off and a job may take more than two hours",
    why: "a job whose host is lost, or that runs out of time, starts over",
    source: SOURCES.bsub,
    find: (use) =>
      use.study.resources.checkpointSeconds === null &&
      use.study.resources.walltimeSeconds > LONG_SECONDS &&
      `checkpoints are off: up to ${formatDuration(use.study.resources.walltimeSeconds)} are lost with a host; say resources: { checkpoint: 10m }`,
  },
  {
    id: "container/tag-not-digest",
    when: "the image of a Docker container is named by a tag, or by nothing, and was not pushed from this workspace",
    why: "every element pulls its image: pushed anew while a study runs, elements of one array would get different programs",
    source: SOURCES.docker,
    find: ({ site, placement: { image } }) =>
      site.container === "docker" &&
      isTagged(image) &&
      `the image ${image} may change while the study runs; name its digest (NAME@sha256:...), which bsweep image push prints`,
  },
  {
    id: "pyxis/import-once",
    when: "pyxis gets an image of a registry instead of a file",
    why: "pyxis imports the image where each element starts; a .sqsh file on shared storage is imported once",
    source: SOURCES.pyxis,
    find: ({ site, placement: { image } }) =>
      site.container === "pyxis" &&
      image !== undefined &&
      !image.startsWith("/") &&
      `every element fetches ${image} for itself; import it once (enroot import -o FILE.sqsh docker://REGISTRY#NAME:TAG) and name the file`,
  },
  {
    id: "slurm/gpu-memory",
    when: "resources.gpu.memory or shared is said on Slurm",
    why: "--gres asks for whole GPUs of a type; Slurm knows no such condition",
    source: SOURCES.sbatch,
    find: ({ refinesGpus, study: { resources } }) =>
      !refinesGpus &&
      (resources.gpu?.memoryMiB !== undefined || resources.gpu?.shared === true) &&
      "resources.gpu.memory and shared are LSF's; on Slurm name a model, or the partition that has it",
  },
  {
    id: "pool/short-job",
    when: "the wall time of a pool is less than twice an element's",
    why: "a task starts another element only while an element's whole wall time is left; else the job ends, and waits to be run again",
    source: SOURCES.ownDesign,
    find: ({ study: { cluster, resources } }) => {
      const job = cluster.pool?.walltimeSeconds ?? Infinity;
      const element = resources.walltimeSeconds;
      if (job >= 2 * element) return undefined;
      const span =
        job > element ? `only in its first ${formatDuration(job - element)}` : "only once";
      return `a task of the pool starts an element ${span}, since ${formatDuration(element)} must be left for one: then the job waits in the queue again; give cluster.pool.walltime a multiple of resources.walltime`;
    },
  },
  {
    id: "pool/mpirun-host-loss",
    when: "mpirun starts the tasks of a pool",
    why: "mpirun ends all tasks when one of its hosts is lost; srun --no-kill and blaunch go on with the rest",
    source: SOURCES.mpirun,
    find: ({ study: { cluster } }) =>
      cluster.pool?.launcher === "mpirun" &&
      "a pool that mpirun started ends with the first host that is lost; elements done by then keep their results",
  },
  {
    id: "trainer/memory",
    when: "the built-in trainer gets less than 1 GB",
    why: "TensorFlow and its libraries take 0.6 to 0.9 GB; elements with 512 MB were killed",
    source: SOURCES.measured,
    find: ({ study }) =>
      study.resources.memoryMiB < leastMemoryMiB(study) &&
      `the built-in trainer has been killed with ${formatMemory(512)}, found ${formatMemory(study.resources.memoryMiB)}; give it 1GB or more`,
  },
];
