import {
  type ContainedRequest,
  insideContainer,
  type SessionCommand,
  type SessionDialect,
  type SessionRequest,
} from "../session.ts";
import { formatTime, gpus, placementOptions } from "./directives.ts";

/** srun(1) --pty; containers as in the job files (container.ts). */
export const slurmSession: SessionDialect = {
  openSession: (request) => srun(request.terminal, [...options(request), ...inContainer(request)]),
  bindsServiceClass: false,
  // srun takes no `ID_INDEX`; every element that has started also has an id of its own.
  identify: (jobId, index) => ["squeue", "-h", "-o", "%A", "-j", `${jobId}_${index}`],
  // --overlap: beside the element, in what was given to it (srun(1)).
  attach: (request) => {
    const inJob = [`--jobid=${request.jobId}`, "--overlap"];
    return srun(request.terminal, [...inJob, ...inContainer({ ...request, cpus: 1 })]);
  },
};

function srun(terminal: boolean, words: readonly string[]): SessionCommand {
  return {
    words: ["srun", ...(terminal ? ["--pty"] : []), ...words],
    environment: {},
    pathBefore: "",
  };
}

function options(request: SessionRequest): string[] {
  const { memoryMiB, walltimeSeconds, gpu, workspace, container, cpus } = request;
  return [
    "--job-name=bsweep-shell",
    ...placementOptions(request),
    // pyxis's own words say so too.
    ...(container === "pyxis" ? [] : ["--ntasks=1", `--cpus-per-task=${cpus}`]),
    `--mem=${memoryMiB}M`,
    ...(gpu === undefined ? [] : [gpus(gpu, null)]),
    ...(walltimeSeconds === undefined ? [] : [`--time=${formatTime(walltimeSeconds)}`]),
    `--chdir=${workspace}`,
  ];
}

/** pyxis gives srun further options; the others are programs that srun starts. */
function inContainer(request: ContainedRequest): readonly string[] {
  return request.container === "pyxis"
    ? insideContainer({ ...request, jobSetup: [] }).slice(1)
    : insideContainer(request);
}
