import { containerPrefix } from "../container.ts";
import { insideContainer, type SessionDialect, type SessionRequest } from "../session.ts";
import { formatTime, gpus, placementOptions } from "./directives.ts";

/** srun(1) --pty; containers as in the job files (container.ts). */
export const slurmSession: SessionDialect = {
  openSession: (request) => ({
    words: ["srun", ...terminalOf(request), ...options(request), ...inContainer(request)],
    environment: {},
    pathBefore: "",
  }),
  bindsServiceClass: false,
  // srun takes no `ID_INDEX`; every element that has started also has an id of its own.
  identify: (jobId, index) => ["squeue", "-h", "-o", "%A", "-j", `${jobId}_${index}`],
  // --overlap: beside the element, in what was given to it (srun(1)).
  attach: (request) => ({
    words: [
      "srun",
      ...terminalOf(request),
      ...[`--jobid=${request.jobId}`, "--overlap"],
      ...inContainer({ ...request, cpus: 1 }),
    ],
    environment: {},
    pathBefore: "",
  }),
};

function terminalOf({ terminal }: Pick<SessionRequest, "terminal">): string[] {
  return terminal ? ["--pty"] : [];
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

type InContainer = Pick<
  SessionRequest,
  | "container"
  | "mounts"
  | "workspace"
  | "containerPath"
  | "jobSetup"
  | "command"
  | "cpus"
  | "image"
  | "gpu"
>;

/** pyxis gives srun further options; the others are programs that srun starts. */
function inContainer(request: InContainer): readonly string[] {
  const { container, mounts, workspace, containerPath, command, cpus, gpu } = request;
  const prefix = containerPrefix(container, {
    ...{ image: request.image ?? "", mounts, workspace, cpus },
    hasGpu: gpu !== undefined,
  });
  const inside = prefix.length === 0 ? command : ["env", `PATH=${containerPath}`, ...command];
  return container === "pyxis"
    ? [...prefix.slice(1), ...inside]
    : insideContainer(request, [...prefix, ...inside]);
}
