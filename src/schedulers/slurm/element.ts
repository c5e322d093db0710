import type { ElementDialect } from "../element.ts";

/** sbatch(1), "OUTPUT ENVIRONMENT VARIABLES". An element of an array also has an id of its own. */
export const slurmElement: ElementDialect = {
  jobIdVariables: ["SLURM_ARRAY_JOB_ID", "SLURM_JOB_ID"],
  arrayIndexVariable: "SLURM_ARRAY_TASK_ID",
  tellingVariables: [
    ...["SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_PROCID"],
    ...["SLURM_JOB_NODELIST", "SLURMD_NODENAME"],
  ],
  hostName: ({ SLURMD_NODENAME }) => SLURMD_NODENAME,
  variablesOf: ({ jobId, index }) => ({
    SLURM_ARRAY_JOB_ID: jobId,
    SLURM_ARRAY_TASK_ID: String(index),
    BSWEEP_INSIDE: `${jobId}_${index}`,
  }),
};
