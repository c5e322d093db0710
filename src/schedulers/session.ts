import type { ContainerRuntime, GpuRequest, Placement } from "../core/placement.ts";
import { containerPrefix } from "./container.ts";
import type { Argv } from "./status.ts";

/** An interactive job, or a command in one. */
export interface SessionRequest extends Placement {
  readonly cpus: number;
  readonly memoryMiB: number;
  /** Absent: the queue's own limit. */
  readonly walltimeSeconds?: number;
  readonly gpu?: GpuRequest;
  readonly container: ContainerRuntime;
  /** Folders the container sees, under the same names. */
  readonly mounts: readonly string[];
  readonly workspace: string;
  /** PATH inside the container; the scheduler's commands may come after it. */
  readonly containerPath: string;
  /** The site's shell lines before its container starts. */
  readonly jobSetup: readonly string[];
  readonly command: readonly string[];
  /** Whether the command gets a terminal of its own. */
  readonly terminal: boolean;
}

/** An element that runs, or a job that is no array. */
export interface AttachRequest extends Omit<
  SessionRequest,
  "cpus" | "memoryMiB" | "walltimeSeconds" | "gpu"
> {
  readonly jobId: string;
  /** Null for a job that is no array. */
  readonly index: number | null;
  /** Set where the job may be on several hosts. */
  readonly host?: string;
}

/** What is to be run on the login node, in the workspace. */
export interface SessionCommand {
  readonly words: Argv;
  /** Set on top of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders to put before those of PATH; "" for none. */
  readonly pathBefore: string;
}

/** How a scheduler gives a person a shell. Pure: text only. */
export interface SessionDialect {
  /** Whether a service class holds in its own queue alone. */
  readonly bindsServiceClass: boolean;
  /** @throws BsweepError INVALID_STUDY for a value the scheduler could not read */
  openSession(request: SessionRequest): SessionCommand;
  /** Asks for the id that `attach` takes for an element, alone on its line; null where the array's is taken. */
  readonly identify: ((jobId: string, index: number) => Argv) | null;
  /** @throws BsweepError CONFLICT where nobody can attach to such a job */
  attach(request: AttachRequest): SessionCommand;
}

export type ContainedRequest = Omit<SessionRequest, "memoryMiB" | "walltimeSeconds" | "terminal">;

/** The command inside the site's container, after what the site does on the host first. */
export function insideContainer(request: ContainedRequest): readonly string[] {
  const { container, workspace, mounts, cpus, gpu, containerPath, jobSetup, command } = request;
  const prefix = containerPrefix(container, {
    ...{ image: request.image ?? "", mounts, workspace, cpus },
    hasGpu: gpu !== undefined,
  });
  const inside = prefix.length === 0 ? [] : ["env", `PATH=${containerPath}`];
  // These lines are shell, as the site's author wrote them; the words stay words.
  const setup = ["bash", "-c", [...jobSetup, 'exec "$@"'].join("\n"), "bash"];
  return [...(jobSetup.length === 0 ? [] : setup), ...prefix, ...inside, ...command];
}
