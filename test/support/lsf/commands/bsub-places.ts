import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import { checkGroupName } from "../daemon/groups.ts";
import { Refusal } from "../daemon/refusal.ts";
import type { QueueDescription } from "../settings.ts";

type Values = Readonly<Record<string, string>>;

/** -q: the first usable of a list; none: the default queue. HELP, ERR. */
export function chooseQueue({ settings }: Cluster, values: Values): QueueDescription {
  const names = values["-q"]?.split(/\s+/).filter((name) => name !== "") ?? [settings.defaultQueue];
  const queues = names.map((name) => {
    const queue = settings.queues.find((known) => known.name === name);
    if (queue === undefined) throw new Refusal(`${name}: No such queue`);
    return queue;
  });
  const queue = queues.find(({ open }) => open);
  if (queue === undefined) throw new Refusal("Queue has been closed");
  const interactive = "-I" in values || "-Is" in values || "-Ip" in values;
  if (interactive && queue.interactive === "no") {
    throw new Refusal("Queue does not accept interactive jobs");
  }
  if (!interactive && queue.interactive === "only") {
    throw new Refusal("Queue only accepts interactive jobs");
  }
  return queue;
}

/**
 * -G, LSB_SUB_USER_GROUP, or the default, which an esub tells (CLUSTER-FACTS 1.5). A queue of a lab takes its
 * own groups only (CSQ).
 */
export function chooseUserGroup(
  { settings }: Cluster,
  call: Pick<Call, "env" | "out">,
  values: Values,
  queue: QueueDescription,
): string {
  const asked = values["-G"] ?? call.env["LSB_SUB_USER_GROUP"];
  if (asked === undefined) {
    call.out(`Defaulting to LSF user group '${settings.defaultUserGroup}'.\n`);
  }
  const group = asked ?? settings.defaultUserGroup;
  if (!Object.hasOwn(settings.userGroups, group)) throw new Refusal("Bad user group name");
  if (settings.userGroups[group] !== true) {
    throw new Refusal("User not in the specified user group");
  }
  if (queue.userGroups.length > 0 && !queue.userGroups.includes(group)) {
    throw new Refusal(
      "You must select an LSF User group that matches the condo type.\nRequest aborted by esub",
    );
  }
  return group;
}

/** -sla: must exist; ERR. CSQ: the subscription queue demands one (its words are ours). */
export function chooseServiceClass(
  { settings }: Cluster,
  values: Values,
  queue: QueueDescription,
): string {
  const name = values["-sla"] ?? "";
  if (name !== "" && !settings.serviceClasses.includes(name)) {
    throw new Refusal("Service class does not exist");
  }
  if (name === "" && queue.needsServiceClass) {
    throw new Refusal(`The queue ${queue.name} needs -sla.\nRequest aborted by esub`);
  }
  return name;
}

/** -g; JEE: none means /USER/default. */
export function chooseGroup({ settings }: Cluster, values: Values): string {
  const group = values["-g"] ?? `/${settings.user}/default`;
  checkGroupName(group);
  return group;
}

/** -m: hosts with preferences; HELP. */
export function chooseHosts({ hosts, settings }: Cluster, value: string): string[] {
  return value.split(/\s+/).flatMap((word) => {
    const name = word.replace(/!?(?:\+\d*)?$/, "");
    // JEE: `-m general`, a group of hosts that is called as its queue is.
    if (settings.queues.some((queue) => queue.name === name)) return [...hosts.keys()];
    if (hosts.has(name)) return [name];
    throw new Refusal(`${name}: Bad host name, host group name or cluster name`);
  });
}
