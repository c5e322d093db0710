import type { Placement } from "../core/placement.ts";
import type { Site } from "../core/site.ts";
import type { Study } from "../core/study.ts";

/** What a study would ask of its cluster, as far as rules look at it. */
export interface ClusterUse {
  readonly study: Study;
  readonly site: Site;
  /** Whether its scheduler lets an element ask for a GPU by its memory, or share one. */
  readonly refinesGpus: boolean;
  /** The site's keys and the study's, merged. */
  readonly placement: Placement;
  /** Folders that containers see. */
  readonly mounts: readonly string[];
  /** Absolute, as the user named it. */
  readonly workspace: string;
  /** Absolute folders that the study reads. */
  readonly dataFolders: readonly string[];
  /** What an element takes on the average, by the shapes of its networks; null where nothing is known. */
  readonly elementSeconds: number | null;
  /** Elements of the next round; null where nothing is known. */
  readonly elements: number | null;
}

export interface Source {
  readonly title: string;
  /** Absent for what nobody has put on the web. */
  readonly url?: string;
}

/** Something a cluster demands that a scheduler would not refuse at once, so that nobody else tells in time. */
export interface ClusterRule {
  /** `compute1/vcpu-limit`: where it holds, and what it is about. */
  readonly id: string;
  /** When it warns, in a line. */
  readonly when: string;
  /** The fact behind it. */
  readonly why: string;
  readonly source: Source;
  /** What was found and what to do; false or undefined where the rule has nothing to say. */
  readonly find: (use: ClusterUse) => string | false | undefined;
}

/** Whether a path is a folder or lies in it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** Elements, or tasks of a pool, that may run at once. */
export function mostAtOnce({ study }: Pick<ClusterUse, "study">): number {
  const { pool, concurrencyLimit } = study.cluster;
  return pool?.slots ?? concurrencyLimit;
}

/** Seconds that one job of the round asks for. */
export function jobSeconds({ study }: ClusterUse): number {
  return study.cluster.pool?.walltimeSeconds ?? study.resources.walltimeSeconds;
}

const ris = (title: string, page: number): Source => ({
  title: `RIS, "${title}"`,
  url: `https://washu.atlassian.net/wiki/spaces/RUD/pages/${page}`,
});

/** Where the facts stand that rules are made from. */
export const SOURCES = {
  jobExamples: ris("Job Execution Examples", 1705182249),
  storageVolumes: ris("Access Storage Volumes", 1794965573),
  subscriptions: ris("Compute1 Condo and Subscription Queues", 1704886361),
  policies: ris("Services Policies", 1643249737),
  faq: ris("FAQ", 1683882153),
  docker: ris("Docker and the RIS Compute1 Platform", 1705115761),
  dockerVariables: ris("Docker Wrapper Environment Variables", 1704984661),
  compute2Quickstart: ris("Compute2 Quickstart", 1720615105),
  compute2Scripts: { title: "scripts and notes of people who use compute2, 2025 and 2026" },
  physicalPaths: { title: "notes of people who run workflows on compute1" },
  bsub: {
    title: "IBM Spectrum LSF 10.1, bsub",
    url: "https://www.ibm.com/docs/en/spectrum-lsf/10.1.0?topic=bsub-options",
  },
  sbatch: { title: "sbatch(1)", url: "https://slurm.schedmd.com/sbatch.html" },
  pyxis: { title: "pyxis", url: "https://github.com/NVIDIA/pyxis" },
  mpirun: {
    title: "mpirun(1)",
    url: "https://docs.open-mpi.org/en/main/man-openmpi/man1/mpirun.1.html",
  },
  ownDesign: { title: "how bsweep's pools work (docs/parallel.md)" },
  measured: { title: "measured in the trainer's image, podman and cgroups" },
} as const satisfies Record<string, Source>;
