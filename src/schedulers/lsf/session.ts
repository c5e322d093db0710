import { BsweepError } from "../../core/errors.ts";
import { dropAbsent } from "../../core/objects.ts";
import { formatMemory } from "../../core/quantities.ts";
import { formatCommand } from "../../core/shell.ts";
import {
  insideContainer,
  type AttachRequest,
  type SessionCommand,
  type SessionDialect,
  type SessionRequest,
} from "../session.ts";
import {
  formatWalltime,
  gpuRequirement,
  image,
  placementOptions,
  resourceRequirement,
} from "./directives.ts";

/**
 * bsub -Is (bsub(1)), and the Docker wrapper of compute1 (RIS, "Docker Wrapper Environment Variables" and "Job
 * Execution Examples": interactive jobs, nested submission, attaching).
 */
export const lsfSession: SessionDialect = {
  openSession: (request) => {
    const isDocker = request.container === "docker";
    return {
      words: [
        "bsub",
        ...[request.terminal ? "-Is" : "-I", "-J", "bsweep-shell"],
        ...placementOptions(request).flat(),
        ...resources(request),
        ...(isDocker ? ["-a", `docker(${image(request.image ?? "")})`] : []),
        // bsub joins its words with blanks, and the job's shell reads that line.
        formatCommand(...(isDocker ? request.command : insideContainer(request))),
      ],
      environment: isDocker ? dockerEnvironment(request) : {},
      pathBefore: isDocker ? request.containerPath : "",
    };
  },
  // A subscription is one of its queue.
  bindsServiceClass: true,
  identify: null,
  attach,
};

/**
 * Host network: jobs can be submitted from inside. The wrapper mounts LSF's own tree by itself; with the
 * environment of the login node, kept as it is, the commands in it work.
 */
function dockerEnvironment({ mounts }: SessionRequest): Record<string, string> {
  return {
    LSF_DOCKER_VOLUMES: mounts.map((folder) => `${folder}:${folder}`).join(" "),
    LSF_DOCKER_NETWORK: "host",
    LSF_DOCKER_PRESERVE_ENVIRONMENT: "true",
  };
}

function resources(request: SessionRequest): string[] {
  const { cpus, memoryMiB, walltimeSeconds, gpu } = request;
  return [
    ...["-n", String(cpus), "-M", formatMemory(memoryMiB)],
    ...["-R", resourceRequirement({ ...request, pool: null })],
    ...(gpu === undefined ? [] : ["-gpu", gpuRequirement(gpu, null)]),
    ...(walltimeSeconds === undefined ? [] : ["-W", formatWalltime(walltimeSeconds)]),
  ];
}

/**
 * RIS, "Attach to an Already Running Container": `docker_exec(JOB)`, from the queue that the job is in, and
 * interactively only in general-interactive. That it takes an element, `JOB[INDEX]`, is not documented.
 */
function attach(request: AttachRequest): SessionCommand {
  const { jobId, index, host, container, userGroup, queue, command, terminal } = request;
  if (container !== "docker") {
    throw new BsweepError("CONFLICT", "LSF attaches to containers of its Docker wrapper only", {
      hint: "the element's log grows while it runs: bsweep logs STUDY TRIAL --follow",
    });
  }
  return {
    words: [
      "bsub",
      terminal ? "-Is" : "-I",
      ...placementOptions(
        dropAbsent({ userGroup, queue, hosts: host === undefined ? undefined : [host] }),
      ).flat(),
      ...["-a", `docker_exec(${jobId}${index === null ? "" : `[${index}]`})`],
      formatCommand(...command),
    ],
    environment: {},
    pathBefore: "",
  };
}
