import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Cluster } from "./cluster.ts";
import type { Element } from "./job.ts";
import type { Program } from "./launch.ts";

/** Variables of the wrapper that become options of `docker run`; DWE. */
const OPTIONS: Readonly<Record<string, string>> = {
  LSF_DOCKER_IPC: "--ipc",
  LSF_DOCKER_SHM_SIZE: "--shm-size",
  LSF_DOCKER_CGROUP: "--cgroup-parent",
  LSF_DOCKER_ENTRYPOINT: "--entrypoint",
};
/** The same, each a list with blanks between. */
const LISTS: Readonly<Record<string, string>> = {
  LSF_DOCKER_ENV_FILE: "--env-file",
  LSF_DOCKER_PORTS: "--publish",
  LSF_DOCKER_ADD_HOST: "--add-host",
};

export const containerName = (element: Element, task = ""): string =>
  `lsf-${process.pid}-${element.job.id}-${element.index}-${element.starts}${task}`;

/**
 * The `podman run` that stands for compute1's Docker wrapper (DRC, DWE, ASV): only the submission's folder, the
 * folders of LSF_DOCKER_VOLUMES, LSF's own and ~/.lsbatch are there; the user's ids, without capabilities; the
 * submission's environment, its PATH too. LSF_DOCKER_... count as they were when bsub ran.
 */
export function containerArguments(
  cluster: Cluster,
  element: Element,
  { argv, env, cwd }: Program,
  task = "",
): { argv: string[]; env: Record<string, string>; cwd: string } {
  const { podman } = cluster.settings;
  const { submission } = element.job;
  const wrapper = submission.environment;
  const given = (names: Readonly<Record<string, string>>): [string, string][] =>
    Object.entries(names).flatMap(([name, option]) => {
      const value = wrapper[name];
      return value === undefined || value === "" ? [] : [[option, value] as [string, string]];
    });
  const image = submission.application?.argument ?? "";
  const runsImage = wrapper["LSF_DOCKER_RUN_RAW_ARGS"] === "1";
  return {
    argv: [
      ...podman.command,
      "run",
      ...["--rm", "--passwd=false", "--cap-drop=all", "--name", containerName(element, task)],
      ...["--user", `${podman.userId}:${podman.groupId}`, "--memory", `${memoryMiB(element)}m`],
      ...["--memory-swap", "-1", "--workdir", wrapper["LSF_DOCKER_WORKDIR"] ?? cwd],
      ...(submission.interactive === null ? [] : ["--interactive"]),
      ...(submission.interactive === "-Is" || submission.interactive === "-Ip" ? ["--tty"] : []),
      ...mounts(cluster, submission.folder, wrapper["LSF_DOCKER_VOLUMES"] ?? ""),
      ...["--network", wrapper["LSF_DOCKER_NETWORK"] ?? podman.network],
      ...given(OPTIONS).flat(),
      ...given(LISTS).flatMap(([option, list]) => words(list).flatMap((word) => [option, word])),
      ...variables(env, wrapper),
      image,
      ...(runsImage ? [] : argv),
    ],
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "/",
      ...podman.environment,
    },
    // podman leaves an empty file `oom` where it stands.
    cwd: join(cluster.folder, "spool"),
  };
}

/** -M, or what is reserved; CLUSTER-FACTS 1.6. */
export function memoryMiB(element: Element): number {
  const limit = element.job.submission.memoryLimitKiB ?? element.reservedKiB;
  return Math.max(1, Math.floor(limit / 1024));
}

const words = (list: string): string[] => list.split(/\s+/).filter((word) => word !== "");

function mounts(cluster: Cluster, folder: string, volumes: string): string[] {
  const own = [
    `${folder}:${folder}`,
    `${join(cluster.folder, "spool")}:${join(cluster.folder, "spool")}`,
    `${join(cluster.folder, "bin")}:${join(cluster.folder, "bin")}:ro`,
    `${join(cluster.folder, "client.mjs")}:${join(cluster.folder, "client.mjs")}:ro`,
    `${join(cluster.folder, "socket")}:${join(cluster.folder, "socket")}`,
  ];
  return [...new Set([...own, ...words(volumes)])].flatMap((volume) => ["--volume", volume]);
}

/** DWE: the submission's environment, less HOSTNAME and LSB_INTERACTIVE; `false` leaves what LSF itself sets. */
function variables(
  env: Readonly<Record<string, string>>,
  wrapper: Readonly<Record<string, string>>,
): string[] {
  const minimal = wrapper["LSF_DOCKER_PRESERVE_ENVIRONMENT"] === "false";
  return Object.entries(env)
    .filter(([name]) => name !== "HOSTNAME" && name !== "LSB_INTERACTIVE")
    .filter(([name]) => !minimal || /^(?:LSB_|LS_|LSF_)/.test(name))
    .flatMap(([name, value]) => ["--env", `${name}=${value}`]);
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

/** Removes every container of this cluster, whatever it does. */
export function removeContainers({ settings }: Cluster): void {
  const [program = "", ...first] = settings.podman.command;
  const env = { ...process.env, ...settings.podman.environment };
  const podman = (...args: readonly string[]): string =>
    spawnSync(program, [...first, ...args], { env, encoding: "utf8" }).stdout;
  const ids = podman("ps", "--all", "--quiet", "--filter", `name=^lsf-${process.pid}-`);
  if (ids.trim() !== "") podman("rm", "--force", "--time", "0", ...ids.trim().split("\n"));
}
