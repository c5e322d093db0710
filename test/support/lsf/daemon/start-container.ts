import { execFile, spawn } from "node:child_process";
import { constants } from "node:os";
import { containerArguments, containerName } from "./container.ts";
import type { Cluster } from "./cluster.ts";
import type { Element, Running } from "./job.ts";
import type { ElementProgram } from "./start-element.ts";

/** Runs an element in a container, as the site's wrapper would start it. */
export function startContainer(
  cluster: Cluster,
  element: Element,
  program: ElementProgram,
  onEnd: (status: number) => void,
): Running | null {
  const { argv, env, cwd } = containerArguments(cluster, element, program);
  const [command = "", ...args] = argv;
  const child = spawn(command, args, { env, cwd, stdio: [...program.stdio], detached: true });
  child.on("error", () => onEnd(127));
  child.on("exit", (code, signal) => {
    onEnd(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
  });
  const name = containerName(element);
  return {
    processId: child.pid ?? null,
    signal: (signal) => signalContainer(cluster, name, signal),
  };
}

const ACTIONS: Readonly<Partial<Record<NodeJS.Signals, readonly string[]>>> = {
  SIGSTOP: ["pause"],
  SIGCONT: ["unpause"],
};

/** A signal reaches the container's first process alone, which ignores what it does not handle. */
export function signalContainer(cluster: Cluster, name: string, signal: NodeJS.Signals): void {
  const { command, environment } = cluster.settings.podman;
  const [program = "", ...first] = command;
  const action = ACTIONS[signal] ?? ["kill", "--signal", signal];
  execFile(
    program,
    [...first, ...action, name],
    { env: { ...process.env, ...environment } },
    () => {
      // It may have ended by now, or not be paused.
    },
  );
}
