import { containerArguments, containerName, signalContainer } from "./container.ts";
import { execArguments, findAttached } from "./container-exec.ts";
import type { Cluster } from "./cluster.ts";
import type { Element } from "./job.ts";

/** What is to run, seen from where it runs. */
export interface Program {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** The same, seen from this machine. */
export interface Launch extends Program {
  /** How signals reach it, where its own process is not the one to tell. */
  readonly signal: ((name: NodeJS.Signals) => void) | null;
}

/**
 * How an element's program is started: as it is, in a container of its own, or for docker_exec in the one of
 * another element. null: that one does not run. `task`: what tells several containers of an element apart.
 */
export function createLaunch(
  cluster: Cluster,
  element: Element,
  program: Program,
  task = "",
): Launch | null {
  const { application, interactive } = element.job.submission;
  const contained = cluster.settings.mode === "podman";
  if (application?.name === "docker_exec") {
    const target = findAttached(cluster, element);
    if (target === null) return null;
    return contained
      ? { ...execArguments(cluster, target, interactive, program), signal: null }
      : { ...program, signal: null };
  }
  if (!contained) return { ...program, signal: null };
  const name = containerName(element, task);
  return {
    ...containerArguments(cluster, element, program, task),
    signal: (signal) => signalContainer(cluster, name, signal),
  };
}
