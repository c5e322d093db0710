import { join } from "node:path";
import type { Cluster } from "./cluster.ts";
import { containerName } from "./container.ts";
import type { Element } from "./job.ts";

/** The element that `docker_exec(123)` means, if it runs; `123[4]` for one of an array (U). */
export function findAttached(cluster: Cluster, element: Element): Element | null {
  const { application } = element.job.submission;
  const parts = /^(\d+)(?:\[(\d+)\])?$/.exec(application?.argument ?? "");
  const target = cluster.jobs.get(Number(parts?.[1] ?? 0))?.element(Number(parts?.[2] ?? 0));
  return target?.running === undefined || target.running === null ? null : target;
}

/** What starts a command in the container of a running element; JEE, "attach". */
export function execArguments(
  cluster: Cluster,
  target: Element,
  interactive: string | null,
  { argv, cwd }: { readonly argv: readonly string[]; readonly cwd: string },
): { argv: string[]; env: Record<string, string>; cwd: string } {
  const { podman } = cluster.settings;
  return {
    argv: [
      ...podman.command,
      "exec",
      ...(interactive === null ? [] : ["--interactive"]),
      ...(interactive === "-Is" || interactive === "-Ip" ? ["--tty"] : []),
      ...["--user", `${podman.userId}:${podman.groupId}`, "--workdir", cwd],
      containerName(target),
      ...argv,
    ],
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "/",
      ...podman.environment,
    },
    cwd: join(cluster.folder, "spool"),
  };
}
