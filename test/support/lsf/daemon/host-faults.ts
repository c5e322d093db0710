import type { Cluster } from "./cluster.ts";
import type { Host } from "./host.ts";
import { putBack, settle } from "./lifecycle.ts";

function known(cluster: Cluster, name: string): Host {
  const host = cluster.hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

/**
 * The host dies, and what runs on it. Elements whose first host it was start again elsewhere with -r (HELP),
 * else nobody knows what became of them (UNKWN) until the host returns. Of others only the tasks there die.
 */
export function killHost(cluster: Cluster, name: string): void {
  const host = known(cluster, name);
  host.alive = false;
  for (const element of [...host.elements]) {
    element.tasks.filter((task) => task.host === name).forEach((task) => task.kill());
    if (element.allocations[0]?.host !== name) continue;
    const { running } = element;
    element.unreachable = true;
    running?.signal("SIGKILL");
    element.tasks.forEach((task) => task.kill());
    if (element.job.submission.rerunnable) {
      // What is left of this run reports to nobody.
      element.run++;
      putBack(cluster, element, "PEND");
    } else {
      element.state = "UNKWN";
    }
  }
}

/** Nobody reaches the host; what runs there goes on. */
export function loseHost(cluster: Cluster, name: string): void {
  const host = known(cluster, name);
  host.reachable = false;
  for (const element of host.elements) {
    if (element.allocations[0]?.host !== name) continue;
    element.unreachable = true;
    element.state = "UNKWN";
  }
}

/** The host is back: UNKWN -> RUN, or the end it came to meanwhile. A host that had died comes back empty. */
export function returnHost(cluster: Cluster, name: string): void {
  const host = known(cluster, name);
  const wasDead = !host.alive;
  Object.assign(host, { alive: true, reachable: true });
  for (const element of [...host.elements]) {
    if (!element.unreachable) continue;
    element.unreachable = false;
    const wanted = element.state === "ZOMBI";
    element.state = "RUN";
    if (element.running === null) settle(cluster, element, wasDead ? 137 : (element.exitCode ?? 0));
    else if (wanted) element.running.signal("SIGKILL");
  }
  cluster.scheduler.wake();
}
