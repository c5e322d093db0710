import type { Cluster } from "./cluster.ts";
import type { Host } from "./host.ts";
import type { Allocation, Element } from "./job.ts";
import type { Submission } from "./submission.ts";

/** What a job takes of each of its hosts. CLUSTER-FACTS 1.6: memory counts for a host, not for a slot. */
export function reservedMemoryKiB(cluster: Cluster, submission: Submission): number {
  return submission.requirement.memoryKiB ?? cluster.settings.defaultMemoryMiB * 1024;
}

export type Placement =
  | { readonly allocations: readonly Allocation[] }
  /** Why there is none, in LSF's words (ERR). */
  | { readonly reason: string };

/** Finds slots for an element: on one host, some on each of several, or as they come. */
export function place(cluster: Cluster, element: Element): Placement {
  const { submission } = element.job;
  const memoryKiB = reservedMemoryKiB(cluster, submission);
  const hosts = [...cluster.hosts.values()].filter(
    (host) => suits(host, submission) && !element.excludedHosts.includes(host.name),
  );
  if (hosts.length === 0) return { reason: "There are no suitable hosts for the job" };
  const withGpus = hosts.filter((host) => host.freeGpus >= (submission.gpu?.count ?? 0));
  if (withGpus.length === 0) return { reason: "Not enough GPUs on the hosts" };
  const withMemory = withGpus.filter((host) => host.freeMemoryKiB >= memoryKiB);
  if (withMemory.length === 0) {
    return { reason: "Job's requirements for reserving resource (mem) not satisfied" };
  }
  const allocations = fill(withMemory, submission);
  return allocations === null
    ? { reason: "Job's resource requirements not satisfied" }
    : { allocations };
}

/** Could this host ever take it? */
function suits(host: Host, { requirement, hosts, gpu }: Submission): boolean {
  const { gpus } = host.description;
  if (!host.usable || (hosts.length > 0 && !hosts.includes(host.name))) return false;
  if (gpu !== null && !gpus.some((model) => gpu.model === null || model === gpu.model)) {
    return false;
  }
  return requirement.select === null || requirement.select(host.facts) === true;
}

function fill(hosts: readonly Host[], submission: Submission): Allocation[] | null {
  const { slots, requirement, exclusive } = submission;
  const perHost = requirement.oneHost ? slots : (requirement.slotsPerHost ?? null);
  const allocations: Allocation[] = [];
  let missing = slots;
  for (const host of hosts) {
    if (missing === 0) break;
    if (exclusive && host.usedSlots > 0) continue;
    const wanted = Math.min(missing, perHost ?? host.freeSlots);
    if (wanted === 0 || host.freeSlots < wanted) continue;
    allocations.push({ host: host.name, slots: wanted });
    missing -= wanted;
  }
  return missing === 0 ? allocations : null;
}

export function takeSlots(cluster: Cluster, element: Element, given: readonly Allocation[]): void {
  const { submission } = element.job;
  element.allocations = given;
  element.reservedKiB = reservedMemoryKiB(cluster, submission);
  element.gpus = submission.gpu?.count ?? 0;
  for (const { host, slots } of given) {
    cluster.hosts.get(host)?.take(element, slots, element.reservedKiB, element.gpus);
  }
}

export function releaseSlots(cluster: Cluster, element: Element): void {
  for (const { host, slots } of element.allocations) {
    cluster.hosts.get(host)?.release(element, slots, element.reservedKiB, element.gpus);
  }
}
