import type { Cluster } from "./cluster.ts";
import { memoryMiB } from "./container.ts";
import type { Element } from "./job.ts";
import { listProcesses } from "./process-tree.ts";
import { endElement } from "./signals.ts";

/** How often memory is looked at, in milliseconds; LSF takes tens of seconds. */
const INTERVAL = 300;

/** Ends elements that use more than -M, or than they have reserved (CLUSTER-FACTS 1.6). Containers have a cgroup. */
export function watchMemory(cluster: Cluster): void {
  if (cluster.settings.mode !== "process") return;
  setInterval(() => {
    const running = [...cluster.jobs.values()]
      .filter(({ counts }) => counts.RUN > 0)
      .flatMap(({ elements }) => elements.filter((element) => element.running !== null));
    if (running.length > 0) look(cluster, running);
  }, INTERVAL).unref();
}

function look(cluster: Cluster, running: readonly Element[]): void {
  const residentMiB = new Map<number, number>();
  for (const { session, residentKiB } of listProcesses()) {
    residentMiB.set(session, (residentMiB.get(session) ?? 0) + residentKiB / 1024);
  }
  for (const element of running) {
    const used = residentMiB.get(element.running?.processId ?? 0) ?? 0;
    element.maxMemoryMiB = Math.max(element.maxMemoryMiB ?? 0, used);
    if (used > memoryMiB(element) && element.ending === null) {
      endElement(cluster, element, "TERM_MEMLIMIT");
    }
  }
}
