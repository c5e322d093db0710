import type { Source } from "./rule.ts";

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
  measured: { title: "measured in the trainer's image, podman and cgroups" },
} as const satisfies Record<string, Source>;
