import type { ElementDialect } from "../element.ts";

/** IBM Spectrum LSF 10.1, "Environment variables set for job execution". */
export const lsfElement: ElementDialect = {
  jobIdVariables: ["LSB_JOBID"],
  arrayIndexVariable: "LSB_JOBINDEX",
  tellingVariables: ["LSB_JOBID", "LSB_JOBINDEX", "LSB_QUEUE", "LSB_MCPU_HOSTS"],
  hostName: ({ LSB_HOSTS }) => {
    // A parallel job lists all its hosts.
    const [host, ...others] = new Set(LSB_HOSTS?.trim().split(/\s+/));
    return others.length === 0 && host !== "" ? host : undefined;
  },
  variablesOf: ({ jobId, index, jobName, logFile }) => ({
    LSB_JOBINDEX: String(index),
    LSB_JOBID: jobId,
    LSB_JOBNAME: `${jobName}[${index}]`,
    LSB_OUTPUTFILE: logFile,
    BSWEEP_INSIDE: jobId,
  }),
};
